/// What the settings say about mails.
package struct MailSettings: Sendable {
    /// The sender's mailbox.
    package var from: MailAddress
    /// Where answers go unless a step says otherwise; nil for the sender.
    package var replyTo: MailAddress?
    /// The locale used when a template has none for the recipient.
    package var defaultLocale: String
    /// What mails say about the shop.
    package var shop: Shop

    /// What mails say about the shop.
    package struct Shop: Sendable {
        /// Its name.
        package var name: String
        /// Where customers write to; nil for nowhere.
        package var support: String?
        /// Its address on the web; nil for none.
        package var url: String?

        /// Makes a shop.
        package init(name: String, support: String? = nil, url: String? = nil) {
            self.name = name
            self.support = support
            self.url = url
        }
    }

    /// Makes the settings.
    package init(
        from: MailAddress,
        replyTo: MailAddress? = nil,
        defaultLocale: String = "en",
        shop: Shop
    ) {
        self.from = from
        self.replyTo = replyTo
        self.defaultLocale = defaultLocale
        self.shop = shop
    }
}

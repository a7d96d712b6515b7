/// What mails say about the shop.
package struct ShopSettings: Sendable, Hashable {
    /// Its name.
    package var name = "Example Shop"
    /// Where customers write to.
    package var supportEmail = "support@example.com"
    /// Its address on the web.
    package var url = "https://example.com"

    /// The defaults.
    package init() {}
}

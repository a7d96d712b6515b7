import Model

@testable import Actions
@testable import Stripe

/// Amounts as customers read them: the digits of any amount must give the amount back.
enum MoneyTarget {
    private static let locales = [
        "en", "ar", "ar-SA", "de", "fr", "ja", "hi", "fa", "he", "sv", "pt-BR", "en-IN",
    ]
    private static let currencies = [
        "usd", "eur", "jpy", "kwd", "isk", "ugx", "huf", "twd", "omr", "cop", "sar", "clp",
    ]

    /// Runs an amount (eight bytes), a currency (one), and a locale (one, more in text) through it.
    static func run(_ bytes: [UInt8]) throws(Broken) {
        guard bytes.count >= 10 else { return }
        let number = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let amount = Int64(bitPattern: number)
        let currency = currencies[Int(bytes[8]) % currencies.count]
        let base = locales[Int(bytes[9]) % locales.count]
        // What a buyer's browser asks for may carry subtags of any kind.
        let tail = String(decoding: bytes.dropFirst(10), as: UTF8.self)
        let locale = EmailAction.formattingLocale(base + tail, base)
        let money = Money(minorUnits: amount, currency: currency)
        let text = MoneyText.format(money, locale: locale)
        let said = digits(of: text, Currency.exponent(of: currency))
        try Broken.unless(
            said == amount.magnitude,
            "\(amount) \(currency) in \(locale) reads \(text)"
        )
        let count = MoneyText.format(amount, locale: locale)
        let counted = UInt64(count.compactMap { $0.wholeNumberValue.map(String.init) }.joined())
        try Broken.unless(counted == amount.magnitude, "\(amount) in \(locale) reads \(count)")
    }

    /// All digits in order, whatever script, if as many stand behind the point as there should.
    private static func digits(of text: String, _ exponent: Int) -> UInt64? {
        let number = UInt64(text.compactMap { $0.wholeNumberValue.map(String.init) }.joined())
        guard let last = text.lastIndex(where: { $0.wholeNumberValue != nil }) else { return nil }
        let tail = text[...last].reversed().prefix { $0.wholeNumberValue != nil }.count
        // Without a point any digit too many would make another number.
        if exponent == 0 { return number }
        return tail == exponent ? number : nil
    }
}

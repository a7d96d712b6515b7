import Foundation
import Model
import Stripe
import Testing

@testable import Actions

@Suite struct `Writing money` {
    @Test(arguments: [
        ("usd", 1999, "en", "$19.99"), ("usd", 0, "en", "$0.00"), ("usd", 1, "en", "$0.01"),
        ("usd", -1999, "en", "-$19.99"), ("jpy", 1999, "en", "¥1,999"), ("jpy", 1, "en", "¥1"),
        ("kwd", 1999, "en", "KWD 1.999"), ("kwd", 10, "en", "KWD 0.010"),
        ("sar", 123_457, "en", "SAR 1,234.57"), ("cop", 1050, "en", "COP 10.50"),
        ("isk", 123_500, "en", "ISK 1,235.00"), ("eur", 123_456, "de", "1.234,56 €"),
        ("usd", 9_007_199_254_740_993, "en", "$90,071,992,547,409.93"),
        ("usd", Int64.max, "en", "$92,233,720,368,547,758.07"),
    ])
    func `the digits are the currency's, the signs the language's`(
        currency: String,
        amount: Int64,
        locale: String,
        expected: String
    ) {
        let text = MoneyText.format(
            Money(minorUnits: amount, currency: currency),
            locale: locale
        )

        // Spaces differ between versions of the language data: narrow, no-break, plain.
        #expect(text.map { $0.isWhitespace ? " " : String($0) }.joined() == expected)
    }

    @Test func `every currency, amount and language gives the amount back`() throws {
        let currencies = [
            "usd", "eur", "gbp", "sar", "aed", "egp", "jpy", "krw", "vnd", "clp", "bif", "djf",
            "gnf", "kmf", "mga", "pyg", "rwf", "vuv", "xaf", "xof", "xpf", "ugx", "bhd", "jod",
            "kwd", "omr", "tnd", "isk", "huf", "twd", "cop", "idr", "pkr", "all", "rsd", "lbp",
        ]
        let amounts: [Int64] = [0, 1, 9, 10, 99, 100, 1234, 1_000_000, 123_456_789, Int64.max]
        var count = 0
        for currency in currencies {
            for locale in ["en", "ar", "ar-SA", "ar-KW", "de", "fr", "ja", "hi"] {
                for amount in amounts {
                    let text = MoneyText.format(
                        Money(minorUnits: amount, currency: currency),
                        locale: locale
                    )
                    #expect(Self.digits(of: text, currency, locale) == amount, "\(text) \(locale)")
                    count += 1
                }
            }
        }
        #expect(count == currencies.count * 8 * amounts.count)
    }

    @Test func `Arabic has Arabic digits where its region writes them`() {
        let text = MoneyText.format(Money(minorUnits: 123_457, currency: "sar"), locale: "ar-SA")

        #expect(text.contains("١٬٢٣٤٫٥٧"))
        #expect(MoneyText.format(1500, locale: "ar-SA") == "١٬٥٠٠")
        #expect(MoneyText.format(1500, locale: "en") == "1,500")
    }

    /// The amount in minor units that a text says: all its digits, whatever script, in order.
    ///
    /// The number of digits behind the last separator must be the currency's.
    private static func digits(of text: String, _ currency: String, _ locale: String) -> Int64? {
        let digits = text.compactMap { $0.wholeNumberValue }
        let exponent = Currency.exponent(of: currency)
        let number = Int64(digits.map(String.init).joined())
        guard let last = text.lastIndex(where: { $0.wholeNumberValue != nil }) else { return nil }
        let tail = text[...last].reversed().prefix { $0.wholeNumberValue != nil }.count
        // Without a point the last group is of three, or the number is short.
        if exponent == 0 { return tail <= 3 ? number : nil }
        return tail == exponent ? number : nil
    }
}

import Foundation
package import Model
import Stripe

/// Money and counts as people of a language write them.
///
/// The digits behind the point come from Stripe's exponent, never from the language's data, and the
/// number is a decimal made from the integer: nothing is divided, nothing rounded.
package enum MoneyText {
    /// An amount with its currency: `$19.99`, `¥1,999`, `KWD 1.999`.
    ///
    /// - Parameters:
    ///   - money: The amount.
    ///   - locale: Language and region, as `en` or `ar-SA`.
    /// - Returns: The text; Arabic may carry direction marks.
    package static func format(_ money: Money, locale: String) -> String {
        let exponent = Currency.exponent(of: money.currency)
        let amount = Decimal(
            sign: .plus,
            exponent: -exponent,
            significand: Decimal(money.minorUnits)
        )
        let style = Decimal.FormatStyle.Currency(
            code: money.currency.uppercased(),
            locale: Locale(identifier: locale)
        )
        return amount.formatted(style.precision(.fractionLength(exponent)))
    }

    /// A count: `1,500`, `١٬٥٠٠`.
    ///
    /// - Parameters:
    ///   - number: The count.
    ///   - locale: Language and region.
    /// - Returns: The text.
    package static func format(_ number: Int64, locale: String) -> String {
        number.formatted(.number.locale(Locale(identifier: locale)))
    }
}

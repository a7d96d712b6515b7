/// An amount in a currency's minor unit, as Stripe sends it; never a fraction.
package struct Money: Sendable, Hashable {
    /// How many of the minor unit: 1999 is 19.99 USD, 1999 JPY, 1.999 KWD.
    package var minorUnits: Int64
    /// ISO 4217 code in lower case, as Stripe writes it.
    package var currency: String

    /// Makes an amount.
    package init(minorUnits: Int64, currency: String) {
        self.minorUnits = minorUnits
        self.currency = currency.lowercased()
    }
}

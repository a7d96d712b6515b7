/// How Stripe counts a currency: the number of digits behind the point of its minor unit.
///
/// Source: Stripe "Supported currencies". ISK and UGX have no minor unit in fact but two digits on
/// the wire; CLDR's digits differ for several currencies and must not be used for amounts.
package enum Currency {
    /// The digits of a currency's minor unit at Stripe; every currency not listed has two.
    ///
    /// - Parameter code: ISO 4217 code in any case.
    /// - Returns: 0, 2 or 3.
    package static func exponent(of code: String) -> Int {
        switch code.lowercased() {
        case "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv",
            "xaf", "xof", "xpf":
            0
        case "bhd", "jod", "kwd", "omr", "tnd": 3
        default: 2
        }
    }
}

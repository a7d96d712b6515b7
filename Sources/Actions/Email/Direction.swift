/// Which way a language or a text runs.
enum Direction {
    /// Whether a locale's language runs from right to left.
    static func isRightToLeft(_ locale: String) -> Bool {
        let language = locale.lowercased().prefix { $0 != "-" && $0 != "_" }
        return ["ar", "fa", "he", "ur", "yi", "ps", "sd", "ckb", "dv", "ug"].contains(language)
    }

    /// Whether the first letter that has a direction runs from right to left.
    ///
    /// Values inside isolates do not count, as for whoever displays the text (UAX #9, rule P2).
    static func beginsRightToLeft(_ text: String) -> Bool {
        var depth = 0
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x2066...0x2068: depth += 1
            case 0x2069: depth = max(0, depth - 1)
            case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x200F:
                if depth == 0 { return true }
            default:
                if depth == 0, scalar.properties.isAlphabetic { return false }
            }
        }
        return false
    }
}

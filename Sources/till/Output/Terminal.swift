import Foundation
import Glibc

/// What the screen can take.
struct Terminal {
    /// How many columns a line may fill; nil for as many as it likes.
    let width: Int?
    /// Whether colours may be used.
    let hasColour: Bool

    /// The terminal behind standard output.
    ///
    /// `COLUMNS` rules, even into a pipe; otherwise the size of the terminal, and none off a
    /// terminal.
    static let output = Terminal(environment: ProcessInfo.processInfo.environment)

    /// Looks at standard output and the environment.
    init(environment: [String: String]) {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        if let columns = environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 {
            width = max(20, columns)
        } else if isTerminal {
            var size = winsize()
            let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
            width = isKnown ? max(20, Int(size.ws_col)) : 80
        } else {
            width = nil
        }
        let noColour = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        hasColour = isTerminal && !noColour && environment["TERM"] != "dumb"
    }

    /// The text in a colour, where colours may be used.
    func coloured(_ text: String, _ colour: Colour?) -> String {
        guard hasColour, let colour else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }

    /// The colours in use, by their number in SGR.
    enum Colour: Int {
        case red = 31
        case green = 32
        case yellow = 33
        case faint = 2
        case bold = 1
    }

    /// The text without what could steer a terminal or turn the reading direction.
    static func harmless(_ text: String, keepsLines: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: isTreacherous) else { return text }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if !isTreacherous(scalar) || keepsLines && (scalar == "\n" || scalar == "\t") {
                out.append(scalar)
            } else {
                out.append(contentsOf: escape(scalar).unicodeScalars)
            }
        }
        return String(out)
    }

    /// Whether a scalar is a control character or turns the reading direction.
    static func isTreacherous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F,
            0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F:
            true
        default: false
        }
    }

    /// How such a scalar is shown: `\n`, `\t`, `\u202e`.
    static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            return String(scalar).utf16.map { unit in
                let hex = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            }.joined()
        }
    }
}

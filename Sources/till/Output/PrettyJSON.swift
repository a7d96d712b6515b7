/// Lays JSON text out over lines without touching its numbers, its key order or its spelling.
enum PrettyJSON {
    /// The text over several lines, two blanks for each level.
    ///
    /// Characters that could steer a terminal are written as `\u` escapes, which mean the same in
    /// JSON. What is no JSON comes out with its own words, only spaced otherwise.
    static func lines(of json: String) -> String {
        var out = ""
        out.reserveCapacity(json.utf8.count * 3 / 2)
        var level = 0
        var isText = false
        var isEscaped = false
        var opened = false
        for scalar in json.unicodeScalars {
            if isText {
                append(scalar, to: &out)
                if isEscaped {
                    isEscaped = false
                } else if scalar == "\\" {
                    isEscaped = true
                } else if scalar == "\"" {
                    isText = false
                }
                continue
            }
            if [" ", "\n", "\r", "\t"].contains(scalar) { continue }
            let closes = scalar == "}" || scalar == "]"
            if closes { level = max(0, level - 1) }
            if opened != closes { out += opened || closes ? line(level) : "" }
            opened = false
            switch scalar {
            case "{", "[":
                out.unicodeScalars.append(scalar)
                level += 1
                opened = true
            case ",":
                out += "," + line(level)
            case ":": out += ": "
            default:
                isText = scalar == "\""
                append(scalar, to: &out)
            }
        }
        return out
    }

    private static func line(_ level: Int) -> String {
        "\n" + String(repeating: "  ", count: level)
    }

    private static func append(_ scalar: Unicode.Scalar, to out: inout String) {
        if Terminal.isTreacherous(scalar) {
            out += Terminal.escape(scalar)
        } else {
            out.unicodeScalars.append(scalar)
        }
    }
}

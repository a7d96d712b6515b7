package import Model

/// A file's text with its lines at hand, so that a mistake can show the line it means.
package struct SourceFile: Sendable {
    /// The path shown to people.
    package let path: String
    /// The whole text, without a byte order mark.
    package let text: String
    /// Its lines without their ends, as YAML and Swift count them (`\n`, `\r\n`, `\r`, …).
    let lines: [Substring]

    /// Wraps a text that was read from that path.
    package init(path: String, text: String) {
        self.path = path
        self.text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
        lines = Self.lines(of: self.text)
    }

    /// A text cut at its line ends: those of `Character.isNewline`, found by their bytes, because
    /// to cut a text into characters takes ten times as long.
    private static func lines(of text: String) -> [Substring] {
        let view = text.utf8
        let bytes = Array(view)
        var lines: [Substring] = []
        var start = view.startIndex
        var (begin, place) = (0, 0)
        while place < bytes.count {
            let length = lengthOfBreak(in: bytes, at: place)
            if length > 0 {
                let end = view.index(start, offsetBy: place - begin)
                lines.append(text[start..<end])
                start = view.index(end, offsetBy: length)
                begin = place + length
            }
            place += max(length, 1)
        }
        lines.append(text[start...])
        return lines
    }

    /// How many bytes the line break has that begins there; 0 where none does.
    private static func lengthOfBreak(in bytes: [UInt8], at place: Int) -> Int {
        let byte = bytes[place]
        // Most bytes are neither control characters nor the first of a longer character.
        if byte > 0x0D, byte < 0xC2 { return 0 }
        let (next, last) = (place + 1, place + 2)
        switch byte {
        case 0x0D: return next < bytes.count && bytes[next] == 0x0A ? 2 : 1
        case 0x0A...0x0C: return 1
        case 0xC2: return next < bytes.count && bytes[next] == 0x85 ? 2 : 0
        case 0xE2 where last < bytes.count && bytes[next] == 0x80:
            return bytes[last] == 0xA8 || bytes[last] == 0xA9 ? 3 : 0
        default: return 0
        }
    }

    /// A mistake at a place in this file, with its source line.
    package func mistake(_ message: String, at place: SourcePlace) -> Mistake {
        let index = place.line - 1
        let line = lines.indices.contains(index) ? String(lines[index]) : nil
        return Mistake(message, at: place, sourceLine: line)
    }

    /// The place of a line and column, both from 1.
    package func place(_ line: Int, _ column: Int) -> SourcePlace {
        SourcePlace(file: path, line: line, column: column)
    }
}

import Foundation

/// Turns a text of any script into ASCII lines of at most 76 characters, each ended by CR LF.
///
/// Source: RFC 2045 §6.7 and §6.8.
enum TransferEncoding: String {
    case quotedPrintable = "quoted-printable"
    case base64

    /// The encoding that makes the text shorter, and the text in it.
    static func shortest(for text: String) -> (encoding: TransferEncoding, lines: String) {
        let body = normalized(text)
        // A byte takes three characters in one encoding and four thirds in the other.
        let special = body.utf8.reduce(into: 0) { $0 += $1 >= 0x7F || $1 == 0x3D ? 1 : 0 }
        if special * 6 > body.utf8.count {
            let options: Data.Base64EncodingOptions = [
                .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
            ]
            return (.base64, Data(body.utf8).base64EncodedString(options: options) + "\r\n")
        }
        return (.quotedPrintable, quotedPrintable(body))
    }

    /// Every kind of line break as CR LF, one at the end.
    private static func normalized(_ text: String) -> String {
        var out = ""
        for character in text {
            if ["\r\n", "\n", "\r"].contains(character) {
                out += "\r\n"
            } else {
                out.append(character)
            }
        }
        return out.hasSuffix("\r\n") ? out : out + "\r\n"
    }

    /// Quoted-printable of a text whose lines end in CR LF.
    static func quotedPrintable(_ body: String) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(body.utf8.count + body.utf8.count / 8)
        for line in body.split(separator: "\r\n", omittingEmptySubsequences: false).dropLast() {
            append(Array(line.utf8), to: &out)
            out += [0x0D, 0x0A]
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func append(_ line: [UInt8], to out: inout [UInt8]) {
        let hex = Array("0123456789ABCDEF".utf8)
        var column = 0
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            let room = (isLast ? 76 : 75) - column
            let isFirst = column == 0 || room < 1
            let isSafe =
                switch byte {
                case 0x20, 0x09: !isLast
                // A dot or "From " at the beginning of a line means something to mail programs.
                case 0x2E: !isFirst
                case 0x46: !(isFirst && line[index...].starts(with: Array("From ".utf8)))
                case 0x21...0x3C, 0x3E...0x7E: true
                default: false
                }
            let piece = isSafe ? [byte] : [0x3D, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            if piece.count > room {
                out += [0x3D, 0x0D, 0x0A]
                column = 0
            }
            out += piece
            column += piece.count
        }
    }
}

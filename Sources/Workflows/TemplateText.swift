import Model

/// Splits a text at `${{ SQL }}`, `${env:NAME}` and `${file:path}`.
///
/// `$${` stands for a literal `${`. `}}` inside SQL quotes or comments ends nothing.
enum TemplateText {
    /// A piece of the text; offsets are UTF-8 bytes from the text's start.
    enum Piece: Equatable {
        case literal(String)
        case expression(String, offset: Int)
        case secret(String, offset: Int)
    }

    /// What is wrong with a text, and where.
    struct Problem: Error, Equatable {
        /// What is wrong and what to do.
        let message: String
        /// Where, in UTF-8 bytes from the text's start.
        let offset: Int
    }

    /// The pieces in order; a text without any expression is at most one literal.
    ///
    /// - Parameter text: What a person wrote.
    /// - Returns: The pieces; literals are never empty and never side by side.
    /// - Throws: The first ``Problem``.
    static func split(_ text: String) throws(Problem) -> [Piece] {
        let bytes = Array(text.utf8)
        let dollar = UInt8(ascii: "$")
        var pieces: [Piece] = []
        var literal: [UInt8] = []
        var position = 0
        func stands(_ word: String) -> Bool {
            bytes[position...].starts(with: word.utf8)
        }
        while let next = bytes[position...].firstIndex(of: dollar) {
            literal += bytes[position..<next]
            position = next
            if stands("$${") {
                literal += "${".utf8
                position += 3
            } else if stands("${") {
                append(&literal, to: &pieces)
                let found =
                    stands("${{")
                    ? try expression(in: bytes, from: position)
                    : try secret(in: bytes, from: position)
                guard pieces.count < limit else {
                    throw Problem(
                        message: "one text holds too many expressions; split it",
                        offset: position
                    )
                }
                pieces.append(found.piece)
                position = found.end
            } else {
                literal.append(dollar)
                position += 1
            }
        }
        literal += bytes[position...]
        append(&literal, to: &pieces)
        return pieces
    }

    /// The pieces one text may have; each is looked for in the file from the text's beginning.
    private static let limit = 200

    private static func append(_ literal: inout [UInt8], to pieces: inout [Piece]) {
        if literal.isEmpty { return }
        pieces.append(.literal(String(decoding: literal, as: UTF8.self)))
        literal = []
    }

    private static func expression(
        in bytes: [UInt8],
        from start: Int
    ) throws(Problem) -> (piece: Piece, end: Int) {
        let brace = UInt8(ascii: "}")
        var scanner = SQLScanner(bytes, from: start + 3)
        while let token = scanner.next() {
            if token.kind == .open {
                throw Problem(
                    message: "this quote or comment is never closed inside \"${{\"; close it",
                    offset: token.range.lowerBound
                )
            }
            guard token.kind == .symbol(brace), token.range.upperBound < bytes.count,
                bytes[token.range.upperBound] == brace
            else { continue }
            let inner = bytes[(start + 3)..<token.range.lowerBound]
            return (
                .expression(String(decoding: inner, as: UTF8.self), offset: start + 3),
                token.range.upperBound + 1
            )
        }
        throw Problem(message: "\"${{\" has no \"}}\" behind it; add it", offset: start)
    }

    private static func secret(
        in bytes: [UInt8],
        from start: Int
    ) throws(Problem) -> (piece: Piece, end: Int) {
        guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "}")) else {
            throw Problem(
                message: "\"${\" has no \"}\" behind it; add it, or write \"$${\" for the text",
                offset: start
            )
        }
        let reference = String(decoding: bytes[(start + 2)..<end], as: UTF8.self)
        let scheme = reference.prefix { $0 != ":" }
        guard ["env", "file"].contains(scheme), reference.utf8.count > scheme.utf8.count + 1 else {
            throw Problem(
                message:
                    "\"${\(reference)}\" is nothing Till knows; write ${{ SQL }}, ${env:NAME}, "
                    + "${file:path}, or \"$${\" for the text",
                offset: start
            )
        }
        return (.secret(reference, offset: start), end + 1)
    }
}

import Foundation

/// A mail's source read as a mail program reads it.
///
/// Source: RFC 5322 §2.2, RFC 2045 §6.7 and §6.8, RFC 2046 §5.1, RFC 2047.
struct MailJudge {
    /// Fields of the header in order, unfolded.
    let fields: [(name: String, value: String)]
    /// The parts in order.
    let parts: [(fields: [(name: String, value: String)], lines: [String])]

    /// Takes a source apart.
    init(_ source: String) throws(Broken) {
        let lines = source.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(Substring($0))
        }
        for line in lines.dropLast() {
            try Broken.unless(line.utf8.last == 0x0D, "a line without CR: \(line)")
            try Broken.unless(line.utf8.count <= 77, "a line of \(line.utf8.count) characters")
        }
        try Broken.unless(lines.last?.isEmpty == true, "the last line has no end")
        let plain = lines.dropLast().map { String(Substring($0.utf8.dropLast())) }
        for line in plain {
            let isPlain = line.utf8.allSatisfy { 0x20...0x7E ~= $0 || $0 == 0x09 }
            try Broken.unless(isPlain, "no plain ASCII: \(line)")
        }
        let (fields, body) = try Self.header(plain[...])
        self.fields = fields
        let type = fields.first { $0.name == "Content-Type" }?.value ?? ""
        let boundary = type.split(separator: "\"").dropFirst().first.map(String.init) ?? ""
        var found: [[String]] = []
        for line in body {
            if line == "--\(boundary)--" {
                break
            } else if line == "--\(boundary)" {
                found.append([])
            } else if !found.isEmpty {
                found[found.count - 1].append(line)
            }
        }
        var parts: [(fields: [(name: String, value: String)], lines: [String])] = []
        for part in found {
            let (fields, lines) = try Self.header(part[...])
            parts.append((fields, Array(lines)))
        }
        self.parts = parts
    }

    /// The text of a field whose encoded words are resolved.
    static func text(_ value: String) -> String {
        guard value.hasPrefix("=?UTF-8?B?") else { return value }
        let bytes = value.split(separator: " ").flatMap { word in
            Array(Data(base64Encoded: String(word.dropFirst(10).dropLast(2))) ?? Data())
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Name and address of a mailbox.
    static func mailbox(_ value: String) -> (name: String, address: String) {
        guard value.hasSuffix(">"), let open = value.lastIndex(of: "<") else { return ("", value) }
        let address = String(value[value.index(after: open)...].dropLast())
        let shown = value[..<open].dropLast(while: { $0 == " " })
        guard shown.hasPrefix("\"") else { return (text(shown), address) }
        var name = ""
        var isEscaped = false
        for character in shown.dropFirst().dropLast() {
            isEscaped = character == "\\" && !isEscaped
            if !isEscaped { name.append(character) }
        }
        return (name, address)
    }

    /// The bytes of a part.
    static func body(
        _ part: (fields: [(name: String, value: String)], lines: [String])
    ) -> [UInt8] {
        let encoding = part.fields.first { $0.name == "Content-Transfer-Encoding" }?.value
        if encoding == "base64" {
            return Array(Data(base64Encoded: part.lines.joined()) ?? Data())
        }
        var out: [UInt8] = []
        for line in part.lines {
            var rest = Array(line.utf8)[...]
            var isSoft = false
            while let byte = rest.popFirst() {
                guard byte == UInt8(ascii: "=") else {
                    out.append(byte)
                    continue
                }
                isSoft = rest.isEmpty
                let hex = String(decoding: rest.prefix(2), as: UTF8.self)
                rest = rest.dropFirst(2)
                if let value = UInt8(hex, radix: 16) { out.append(value) }
            }
            if !isSoft { out += [0x0D, 0x0A] }
        }
        return out
    }

    private static func header(
        _ lines: ArraySlice<String>
    ) throws(Broken) -> ([(name: String, value: String)], ArraySlice<String>) {
        var fields: [(name: String, value: String)] = []
        var rest = lines
        while let line = rest.popFirst(), !line.isEmpty {
            if line.hasPrefix(" ") || line.hasPrefix("\t") {
                try Broken.unless(!fields.isEmpty, "the header begins with a folded line")
                let joint = fields[fields.count - 1].value.isEmpty ? "" : " "
                fields[fields.count - 1].value += joint + line.dropFirst()
            } else {
                let halves = line.split(separator: ": ", maxSplits: 1).map(String.init)
                let name = halves.first ?? ""
                let colon = name.hasSuffix(":") ? String(name.dropLast()) : name
                fields.append((colon, halves.count > 1 ? halves[1] : ""))
            }
        }
        return (fields, rest)
    }
}

extension Substring {
    /// The text without what fits at its end.
    fileprivate func dropLast(while fits: (Character) -> Bool) -> String {
        var rest = self
        while let last = rest.last, fits(last) { rest.removeLast() }
        return String(rest)
    }
}

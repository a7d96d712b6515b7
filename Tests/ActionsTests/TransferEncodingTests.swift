import Foundation
import Testing

@testable import Actions

@Suite struct `Encoding a body` {
    @Test func `quoted-printable gives every text back, in lines of at most 76`() {
        var generator = SeededGenerator(seed: 20_251_121)
        let pieces = [
            "a", "=", " ", "\t", ".", "From ", "é", "ع", "👍🏽", "\r\n", "\r\n.\r\n", "\u{0}",
            "x y", "=3D", "~", "\u{2068}",
        ]
        for _ in 0..<2000 {
            let count = Int.random(in: 0...60, using: &generator)
            let text =
                (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
                + "\r\n"
            let encoded = TransferEncoding.quotedPrintable(text)
            #expect(Self.decode(encoded) == text)
            for line in encoded.components(separatedBy: "\r\n") {
                #expect(line.utf8.count <= 76)
                #expect(!line.hasSuffix(" ") && !line.hasSuffix("\t"))
                #expect(!line.hasPrefix(".") && !line.hasPrefix("From "))
                #expect(line.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 9 })
            }
        }
    }

    @Test func `the shorter encoding is chosen and ends its last line`() {
        let english = TransferEncoding.shortest(for: "Hello\nworld")
        #expect(english.encoding == .quotedPrintable)
        #expect(english.lines == "Hello\r\nworld\r\n")

        let arabic = TransferEncoding.shortest(for: String(repeating: "مرحبا بك ", count: 50))
        #expect(arabic.encoding == .base64)
        #expect(arabic.lines.hasSuffix("\r\n"))
        #expect(arabic.lines.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 76 })
    }

    /// A decoder written apart from the encoder.
    private static func decode(_ text: String) -> String {
        let joined = text.replacingOccurrences(of: "=\r\n", with: "")
        var out: [UInt8] = []
        var rest = Array(joined.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                out.append(byte)
                continue
            }
            let hex = String(decoding: rest.prefix(2), as: UTF8.self)
            rest = rest.dropFirst(2)
            out.append(UInt8(hex, radix: 16) ?? 0)
        }
        return String(decoding: out, as: UTF8.self)
    }
}

/// A small generator whose sequence is known from its seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

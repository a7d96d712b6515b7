import Testing

@testable import Stripe

@Suite struct `Passing a string in JSON` {
    /// Where a walk ended, or where it was refused.
    private enum Outcome: Hashable {
        case ends(Int)
        case refused(Int)
    }

    /// What a plain loop over the bytes says of the string whose quote stands at `start`.
    private func reference(_ bytes: [UInt8], from start: Int) -> Outcome {
        var at = start + 1
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""): return .ends(at + 1)
            case UInt8(ascii: "\\"):
                guard at + 1 < bytes.count else { return .refused(at) }
                let isLong = bytes[at + 1] == UInt8(ascii: "u")
                guard !isLong || at + 5 < bytes.count else { return .refused(at) }
                at += isLong ? 6 : 2
            case 0x00..<0x20: return .refused(at)
            default: at += 1
            }
        }
        return .refused(at)
    }

    /// What `JSONSkim` says of the first `count` bytes.
    private func skim(
        _ bytes: [UInt8],
        _ count: Int,
        from start: Int = 0,
        asValue: Bool = false
    ) -> Outcome {
        var at = start
        do throws(JSONSkim.Problem) {
            let text = bytes.span.extracting(0..<count)
            if asValue {
                try JSONSkim.skipValue(text, &at)
            } else {
                try JSONSkim.skipString(text, &at)
            }
            return .ends(at)
        } catch {
            return .refused(error.offset)
        }
    }

    /// That many bytes of a filler; where a character of two bytes does not fit, an x begins.
    private func filling(_ filler: String, _ count: Int) -> String {
        let size = filler.utf8.count
        return String(repeating: "x", count: count % size)
            + String(repeating: filler, count: count / size)
    }

    /// A space, the neighbours of the quote and of the backslash, and characters of two bytes.
    private static let fillers = [" ", "!", "#", "[", "]", "\u{7F}", "\u{80}", "\u{A2}", "\u{DC}"]

    @Test(arguments: fillers)
    func `it ends where a plain loop over the bytes says`(filler: String) {
        let specials = [
            "", "\"", "\\\"", "\\\\", "\\n", "\\u0022", "\\\\\\\"", "\u{1F}", "\u{0}", "\n",
        ]
        for (special, before) in product(specials, 0...16) {
            for (behind, start) in product(0...9, [0, 1, 3]) {
                let text = [
                    String(repeating: "[", count: start), "\"", filling(filler, before), special,
                    filling(filler, behind), "\"", filling(filler, 9), "\"",
                ].joined()
                let bytes = Array(text.utf8)
                let wanted = reference(bytes, from: start)

                let found = skim(bytes, bytes.count, from: start)

                #expect(found == wanted, "\(text.debugDescription)")
                if special == "\u{1F}" { #expect(found == .refused(start + 1 + before)) }
                if special == "\"" { #expect(found == .ends(start + 2 + before)) }
                #expect(skim(bytes, bytes.count, from: start, asValue: true) == wanted)
            }
        }
    }

    /// Every pair of both.
    private func product<One: Collection, Other: Collection>(
        _ ones: One,
        _ others: Other
    ) -> [(One.Element, Other.Element)] {
        ones.flatMap { one in others.map { (one, $0) } }
    }

    @Test(arguments: fillers)
    func `the last string of a text ends with it, and one without end is refused`(filler: String) {
        for count in 0...33 {
            let open = Array("\"\(filling(filler, count))".utf8)
            let whole = open + [UInt8(ascii: "\"")]
            // Whoever looks further than the text finds these.
            let beyond = Array("x\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"".utf8)

            #expect(skim(whole, whole.count) == .ends(count + 2), "\(count) bytes of \(filler)")
            #expect(skim(whole + beyond, whole.count) == .ends(count + 2))
            #expect(skim(open, open.count) == .refused(count + 1), "\(count) bytes of \(filler)")
            #expect(skim(open + beyond, open.count) == .refused(count + 1))
            #expect(skim(open + beyond, open.count, asValue: true) == .refused(count + 1))
            for escape in ["\\", "\\u", "\\u0", "\\u002"] {
                let cut = open + Array(escape.utf8)
                #expect(skim(cut + beyond, cut.count) == .refused(count + 1), "\(escape)")
            }
        }
    }

    @Test func `each byte is passed or stops it, wherever it stands`() {
        for (byte, before) in product(0...0xFF as ClosedRange<UInt8>, 0...16) {
            let bytes =
                [UInt8(ascii: "\"")] + [UInt8](repeating: 0x20, count: before) + [byte]
                + Array("n~~~~~~~~~\"".utf8)

            #expect(
                skim(bytes, bytes.count) == reference(bytes, from: 0),
                "byte \(byte) behind \(before) others"
            )
        }
    }

    @Test(arguments: fillers)
    func `strings within a value are passed whole`(filler: String) {
        for (key, text) in product(0...17, 0...17) {
            let one = "\"\(filling(filler, key))\"", other = "\"\(filling(filler, text))\""
            let value = "{\(one):\(other),\"k\":[\(other),\(one)]}"
            let bytes = Array((value + ",\"").utf8)

            #expect(skim(bytes, bytes.count, asValue: true) == .ends(value.utf8.count), "\(value)")
        }
    }

    @Test func `an escape that is none is refused where it stands`() {
        for before in 0...16 {
            let begin = "\"" + filling("#", before)
            let wrong = Array("\(begin)\\x\(filling("#", 9))\"".utf8)
            let digit = Array("\(begin)\\u00g0\(filling("#", 9))\"".utf8)

            #expect(skim(wrong, wrong.count) == .refused(before + 1))
            #expect(skim(digit, digit.count) == .refused(before + 5))
        }
    }
}

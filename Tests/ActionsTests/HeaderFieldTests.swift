import Foundation
import TestKit
import Testing

@testable import Actions

@Suite struct `Writing a header field` {
    @Test func `short ASCII stands as it is`() throws {
        #expect(try HeaderField.text("Subject", "Order 7: paid") == "Subject: Order 7: paid\r\n")
    }

    @Test(arguments: [
        "طلبك رقم 1234 تم دفعه بنجاح وسوف نرسله إليك في أقرب وقت ممكن إن شاء الله",
        String(repeating: "👨‍👩‍👧‍👦", count: 20), String(repeating: "é", count: 300),
        String(repeating: "x", count: 998), "=?UTF-8?B?aGk=?=", " outer spaces ",
        "e" + String(repeating: "\u{0301}", count: 200),
    ])
    func `anything else is encoded in words of at most 75 characters`(value: String) throws {
        let field = try HeaderField.text("Subject", value)

        #expect(field.hasSuffix("\r\n"))
        #expect(field.utf8.allSatisfy { $0 < 0x80 })
        let lines = field.components(separatedBy: "\r\n").dropLast()
        for (index, line) in lines.enumerated() {
            #expect(line.utf8.count <= 76)
            let word = index == 0 ? line.dropFirst("Subject: ".count) : line.dropFirst()
            #expect(word.utf8.count <= 75)
            #expect(word.hasPrefix("=?UTF-8?B?") && word.hasSuffix("?="))
            let payload = try #require(Data(base64Encoded: String(word.dropFirst(10).dropLast(2))))
            // Every word is whole characters by itself.
            #expect(String(data: payload, encoding: .utf8) != nil)
        }
        let decoded = lines.enumerated().map { index, line in
            let word = index == 0 ? line.dropFirst("Subject: ".count) : line.dropFirst()
            return Data(base64Encoded: String(word.dropFirst(10).dropLast(2))) ?? Data()
        }
        #expect(String(decoding: Data(decoded.joined()), as: UTF8.self) == value)
    }

    @Test func `no control character gets in, whichever it is and wherever it stands`() throws {
        var scalars = (0..<0x20).compactMap { Unicode.Scalar($0) }
        scalars += (0x7F..<0xA0).compactMap { Unicode.Scalar($0) } + ["\u{2028}", "\u{2029}"]
        for scalar in scalars {
            for value in ["\(scalar)x", "x\(scalar)", "x\(scalar)Bcc: a@b.c", "é\(scalar)"] {
                #expect(throws: MailMistake.self) { try HeaderField.text("Subject", value) }
                #expect(throws: MailMistake.self) {
                    try MailAddress(parsing: "\(value) <a@example.com>")
                }
                #expect(throws: MailMistake.self) {
                    try MailAddress.checked("\(value)@example.com")
                }
            }
        }
    }

    @Test(arguments: [
        "", "a", "a@", "@b.c", "a@b@c", "a b@c.d", "a@b c", "a@-b.c", "a@b..c", "a@.b", "a.@b.c",
        ".a@b.c", "a..b@c.d", "a(x)@b.c", "\"a\"@b.c", "a,b@c.d", "a@b.c,d@e.f", "A <a@b.c>",
        "a@[127.0.0.1]", "é@b.c", "a@é.c", "a@b.c\r\nBcc: x@y.z", "<a@b.c>", "a;b@c.d",
    ])
    func `what is not one plain address is refused`(text: String) {
        #expect(throws: MailMistake.self) { try MailAddress.checked(text) }
    }

    @Test func `long addresses are refused by their parts`() {
        let long = String(repeating: "a", count: 65)
        #expect(throws: MailMistake.self) { try MailAddress.checked("\(long)@b.c") }
        #expect(throws: MailMistake.self) { try MailAddress.checked("a@\(long).c") }
        #expect(throws: Never.self) { try MailAddress.checked("o'neil+x=1@mail.b-c.example") }
    }

    @Test func `a mailbox is read with its name or without`() throws {
        let quoted = try MailAddress(parsing: "\"Shop, Inc.\" <shop@example.com>")
        #expect(quoted.name == "Shop, Inc.")
        #expect(quoted.domain == "example.com")
        #expect(try MailAddress(parsing: "a@b.c").name == "")
        #expect(try MailAddress(parsing: "متجر <a@b.c>").name == "متجر")
        #expect(try MailAddress(parsing: "a b  c <a@b.c>").name == "a b c")
    }
}

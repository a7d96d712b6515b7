import Foundation
import Testing

@Suite struct `Broken files` {
    @Test(arguments: try MistakeCase.names())
    func `give exactly the expected mistakes`(name: String) throws {
        let mistakeCase = try MistakeCase(name)

        let messages = try mistakeCase.messages()

        #expect(messages.contains(": error: "), "a broken file must be refused")
        if ProcessInfo.processInfo.environment["UPDATE_CASES"] == "1" {
            try mistakeCase.rewrite(messages)
        } else {
            #expect(messages == mistakeCase.expected)
        }
    }

    @Test func `are at least forty`() throws {
        #expect(try MistakeCase.names().count >= 40)
    }
}

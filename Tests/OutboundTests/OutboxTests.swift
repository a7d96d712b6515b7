import Foundation
import Testing

@testable import Outbound

@Suite struct `Writing into the outbox` {
    @Test func `a file is whole, of its name only, and written over by the next of that name`()
        throws
    {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("till-outbox-\(UUID().uuidString)/deep")
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        let outbox = Outbox(folder: folder.path)

        try outbox.write("a.eml", "first, longer")
        try outbox.write("a.eml", "second")

        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.eml"])
        let text = try String(contentsOf: folder.appendingPathComponent("a.eml"), encoding: .utf8)
        #expect(text == "second")
    }

    @Test func `a folder that cannot be made is an error`() {
        #expect(throws: (any Error).self) {
            try Outbox(folder: "/proc/nowhere/outbox").write("a.eml", "x")
        }
    }
}

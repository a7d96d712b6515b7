import Foundation
import Model
import Testing

@Suite struct `Finding secrets` {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "till-\(UUID())")
    private let resolver: SecretResolver

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        resolver = .system(environment: ["KEY": "s3cret", "EMPTY": ""], folder: folder.path)
    }

    private func write(_ text: String, mode: Int) throws {
        let path = folder.appending(path: "key").path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func failure(_ reference: String) -> String? {
        do throws(SecretMistake) {
            _ = try resolver.secret(reference)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `a name of the environment is looked up`() throws {
        #expect(try resolver.secret("env:KEY").reveal == "s3cret")
        #expect(failure("env:OTHER")?.contains("no OTHER") == true)
        #expect(failure("env:EMPTY")?.contains("is empty") == true)
    }

    @Test func `a file is read without the line break at its end`() throws {
        try write("s3cret\n", mode: 0o600)

        #expect(try resolver.secret("file:key").reveal == "s3cret")
        #expect(try resolver.secret("file:\(folder.path)/key").reveal == "s3cret")
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o620])
    func `a file that others may open is refused`(mode: Int) throws {
        try write("s3cret\n", mode: mode)

        let text = try #require(failure("file:key"))
        #expect(text.contains("chmod 600"))
        #expect(!text.contains("s3cret"))
    }

    @Test func `a file that is missing, empty, too long or a folder is refused`() throws {
        #expect(failure("file:key")?.contains("cannot be opened") == true)
        #expect(failure("file:.")?.contains("no plain file") == true)
        try write("\n", mode: 0o600)
        #expect(failure("file:key")?.contains("is empty") == true)
        try write(String(repeating: "x", count: (64 << 10) + 1), mode: 0o600)
        #expect(failure("file:key")?.contains("65536") == true)
    }

    @Test(arguments: ["", "KEY", "env:", "file:", "vault:x"])
    func `what is no reference is refused`(reference: String) {
        #expect(failure(reference)?.contains("is no secret's reference") == true)
    }

    @Test func `references inside a text are replaced`() throws {
        #expect(try resolver.expand("smtp://a:${env:KEY}@b")?.reveal == "smtp://a:s3cret@b")
        #expect(try resolver.expand("$ ${x} plain") == nil)
        #expect(throws: SecretMistake.self) { try resolver.expand("${env:KEY") }
        #expect(throws: SecretMistake.self) { try resolver.expand("${env:OTHER}") }
    }

    @Test func `a secret prints masked however it is printed`() throws {
        let secret = try resolver.secret("env:KEY")

        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\([secret])", dumped] {
            #expect(!text.contains("s3cret"))
        }
    }
}

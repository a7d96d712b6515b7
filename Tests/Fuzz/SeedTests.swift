import Foundation
import Testing

/// Every input that is kept: those that show the fuzzer the way, and those that once broke a rule.
@Suite struct `Inputs kept from fuzzing` {
    /// One kept input.
    struct Seed: CustomTestStringConvertible, Sendable {
        /// Which way in it goes.
        let target: FuzzTarget
        /// Its file.
        let path: URL

        var testDescription: String { "\(target.rawValue)/\(path.lastPathComponent)" }

        /// Every file of `Seeds`, by target.
        static let all = FuzzTarget.allCases.filter { $0 != .planted }.flatMap { target in
            files(in: target.rawValue).map { Seed(target: target, path: $0) }
        }

        private static func files(in folder: String) -> [URL] {
            let url = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "Seeds/\(folder)")
            let all = FileManager.default.enumerator(at: url, includingPropertiesForKeys: nil)
            return (all?.compactMap { $0 as? URL } ?? []).sorted { $0.path < $1.path }
        }
    }

    @Test(arguments: Seed.all)
    func `no kept input breaks a rule`(seed: Seed) throws {
        try seed.target.run(Array(try Data(contentsOf: seed.path)))
    }

    @Test(arguments: FuzzTarget.allCases.filter { $0 != .planted })
    func `every target has inputs to begin with`(target: FuzzTarget) {
        #expect(Seed.all.contains { $0.target == target })
    }

    @Test func `a broken rule is told`() throws {
        try FuzzTarget.planted.run(Array("till".utf8))

        #expect(throws: Broken.self) { try FuzzTarget.planted.run(Array("Till!".utf8)) }
    }
}

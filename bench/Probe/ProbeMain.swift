import Foundation

/// Till's parts by themselves, for measuring them one at a time; `bench/run` calls it.
@main
struct ProbeMain {
    static func main() async {
        do {
            var arguments = ProbeArguments(CommandLine.arguments.dropFirst())
            switch arguments.command {
            case "answer": try await BareServer.answer(listen: try arguments.listen())
            case "verify": try await BareServer.verify(listen: try arguments.listen())
            case "record": try await StoreProbe(try arguments.count()).record()
            case "walk": try await WalkProbe(try arguments.count()).walk()
            default: throw ProbeMistake(usage)
            }
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(64)
        }
    }

    private static let usage = """
        till-bench answer --listen HOST:PORT    answers 200 to everything
        till-bench verify --listen HOST:PORT    proves signatures and stores nothing
        till-bench record N                     N deliveries into the store, 64 at a time
        till-bench walk N                       N stored events through the shipped workflow
        """
}

/// What was said on the command line.
struct ProbeArguments {
    /// The first word.
    let command: String
    private var rest: ArraySlice<String>

    /// Takes the words after the program's name.
    init(_ words: ArraySlice<String>) {
        command = words.first ?? ""
        rest = words.dropFirst()
    }

    /// `--listen HOST:PORT`.
    mutating func listen() throws -> (host: String, port: Int) {
        guard rest.popFirst() == "--listen", let address = rest.popFirst(),
            let colon = address.lastIndex(of: ":"),
            let port = Int(address[address.index(after: colon)...])
        else { throw ProbeMistake("give --listen HOST:PORT") }
        return (String(address[..<colon]), port)
    }

    /// A number above 0.
    mutating func count() throws -> Int {
        guard let word = rest.popFirst(), let count = Int(word), count > 0 else {
            throw ProbeMistake("give a number above 0")
        }
        return count
    }
}

/// What the caller did wrong.
struct ProbeMistake: Error, CustomStringConvertible {
    let description: String

    /// Makes one.
    init(_ description: String) {
        self.description = description
    }
}

import Foundation

/// A process begun by a test, which inherits one end of a socket and nothing else.
///
/// Foundation's `Process` lets a child that is begun in the same moment inherit the ends too, and
/// then waits for the end of both. Two that are waited for on the only two threads never end.
final class ChildProcess {
    /// What it writes to standard output.
    let output: FileHandle
    private let number: pid_t

    /// Why a process could not be begun.
    struct Refused: Error, CustomStringConvertible {
        /// What was tried and what the system said.
        let description: String
    }

    /// Begins a program.
    ///
    /// - Parameters:
    ///   - program: The path of its file.
    ///   - arguments: What follows its name.
    ///   - text: What it reads from standard input; without one it waits there until this process
    ///     is gone.
    /// - Throws: ``Refused`` when the system does not begin it, and what Foundation throws for a
    ///   text that can't be read.
    init(_ program: String, _ arguments: [String], reading text: URL? = nil) throws {
        let theirs: FileHandle
        (output, theirs) = try Self.socketPair()
        let input = try text.map { try FileHandle(forReadingFrom: $0) } ?? theirs
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.fileDescriptor, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, theirs.fileDescriptor, STDOUT_FILENO)
        let words = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var begun: pid_t = 0
        let result = withExtendedLifetime((theirs, input)) {
            posix_spawn(&begun, program, &actions, nil, words, environ)
        }
        guard result == 0 else { throw Refused(description: "\(program): \(Self.reason(result))") }
        number = begun
    }

    /// Waits for its end.
    ///
    /// - Returns: What it ended with; a signal counts as 128 and its number, as shells do.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(number, &status, 0) == -1, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    /// Ends it and waits until it is gone.
    func end() {
        // It inherited the signal mask of a pool's thread, which blocks the others.
        kill(number, SIGKILL)
        _ = wait()
    }

    /// Both ends of a socket, which no child inherits unless it is told to.
    private static func socketPair() throws -> (FileHandle, FileHandle) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw Refused(description: "socketpair: \(reason(errno))")
        }
        return (
            FileHandle(fileDescriptor: ends[0], closeOnDealloc: true),
            FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
        )
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}

import Foundation
import Glibc

/// What is said to people on standard error, so that standard output holds data only.
enum Words {
    /// Says one or more lines.
    static func say(_ text: String) {
        write(Terminal.harmless(text, keepsLines: true) + "\n", to: STDERR_FILENO)
    }

    /// Says something that only matters to somebody who watches.
    static func hint(_ text: String) {
        if isatty(STDERR_FILENO) == 1 { say(text) }
    }

    /// Prints data.
    static func print(_ text: String) {
        write(text.hasSuffix("\n") ? text : text + "\n", to: STDOUT_FILENO)
    }

    /// Writes it all, or ends the process when nobody reads any more.
    private static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 {
                written += count
            } else if errno != EINTR {
                exit(errno == EPIPE ? 0 : ExitStatus.io.rawValue)
            }
        }
    }
}

import FoundationEssentials
import Glibc
package import Model

extension SourceFile {
    /// Reads a text file from disk.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - limit: The bytes it may have.
    /// - Returns: The file, shown to people under that path.
    /// - Throws: One mistake, at the file's beginning, when it cannot be read or is no UTF-8 text.
    package static func read(
        _ path: String,
        limit: Int = Limits.yamlBytes
    ) throws(Mistakes) -> SourceFile {
        // Nobody must have to write into a pipe before Till goes on.
        let handle = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard handle >= 0 else {
            throw wrong(
                path,
                errno == ENOENT
                    ? "there is no such file; check the path"
                    : "the file cannot be read; check that it is a file and its mode"
            )
        }
        defer { close(handle) }
        var about = stat()
        guard fstat(handle, &about) == 0, about.st_mode & S_IFMT == S_IFREG else {
            throw wrong(path, "the file cannot be read; check that it is a file and its mode")
        }
        guard about.st_size <= limit else {
            throw wrong(path, "the file has \(about.st_size) bytes, more than \(limit); split it")
        }
        guard let text = text(of: handle, limit: limit) else {
            throw wrong(path, "the file is not UTF-8 text; save it as UTF-8")
        }
        return SourceFile(path: path, text: text)
    }

    /// Whether a path leads, by symbolic links, to something that is not inside the folder.
    ///
    /// - Parameters:
    ///   - path: The path from the folder on.
    ///   - folder: The folder.
    /// - Returns: Whether it does.
    package static func leadsOutside(_ path: String, of folder: String) -> Bool {
        let real = URL(filePath: "\(folder)/\(path)").resolvingSymlinksInPath().path
        let home = URL(filePath: folder).resolvingSymlinksInPath().path
        return !real.hasPrefix(home.hasSuffix("/") ? home : home + "/")
    }

    /// What a file holds, as far as the limit; nil where that is no UTF-8 text.
    private static func text(of handle: Int32, limit: Int) -> String? {
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count < bytes.count {
            let room = bytes.count - count
            let got = bytes.withUnsafeMutableBytes {
                Glibc.read(handle, $0.baseAddress.map { $0 + count }, room)
            }
            guard got > 0 else { break }
            count += got
        }
        return count > limit ? nil : String(validating: bytes.prefix(count), as: UTF8.self)
    }

    private static func wrong(_ path: String, _ message: String) -> Mistakes {
        Mistakes([Mistake(message, at: SourcePlace(file: path, line: 1, column: 1))])
    }
}

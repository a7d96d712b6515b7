import Glibc

/// Files that are on the disk, name and all, when a call returns.
enum DurableFile {
    /// A file's size in bytes; nil where it is not there.
    static func size(of path: String) -> Int64? {
        var about = stat()
        return stat(path, &about) == 0 ? Int64(about.st_size) : nil
    }

    /// Brings a file's content to the disk.
    static func sync(_ path: String) throws(BackupFailure) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure(path) }
    }

    /// Gives a file another name, on the disk too.
    static func rename(_ path: String, to name: String) throws(BackupFailure) {
        guard Glibc.rename(path, name) == 0 else { throw failure(name) }
        let slash = name.lastIndex(of: "/")
        try sync(slash.map { $0 == name.startIndex ? "/" : String(name[..<$0]) } ?? ".")
    }

    /// Copies a file to a new one that only its owner may read, and brings it to the disk.
    static func copy(_ path: String, to target: String) throws(BackupFailure) {
        let source = open(path, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw failure(path) }
        defer { close(source) }
        let file = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(target) }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(source, &bytes, bytes.count)
            guard count >= 0 else { throw failure(path) }
            if count == 0 { break }
            var done = 0
            while done < count {
                let written = bytes[done..<count].withUnsafeBytes {
                    write(file, $0.baseAddress, $0.count)
                }
                guard written > 0 else {
                    let problem = failure(target)
                    unlink(target)
                    throw problem
                }
                done += written
            }
        }
        guard fsync(file) == 0 else { throw failure(target) }
    }

    private static func failure(_ path: String) -> BackupFailure {
        .failed(path: path, detail: String(cString: strerror(errno)))
    }
}

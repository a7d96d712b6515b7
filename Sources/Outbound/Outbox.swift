import Foundation

/// A folder that takes whole files: a reader sees each one complete or not at all.
package struct Outbox: Sendable {
    /// The folder's path.
    package let folder: String

    /// Makes an outbox; the folder is made with its first file.
    package init(folder: String) {
        self.folder = folder
    }

    /// Writes a file durably, over one of the same name: temporary file, sync, rename.
    ///
    /// - Parameters:
    ///   - name: The file's name, without a slash.
    ///   - text: What it holds.
    /// - Throws: Foundation's error when the disk or its rights do not allow it.
    package func write(_ name: String, _ text: String) throws {
        precondition(!name.contains("/"), "a file of the outbox lies in it, not below")
        let folder = URL(fileURLWithPath: folder, isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // A name of its own, so that two attempts at one mail do not write into one file.
        let draft = folder.appendingPathComponent(".\(UUID().uuidString).part")
        try Data().write(to: draft)
        do {
            let file = try FileHandle(forWritingTo: draft)
            try file.write(contentsOf: Data(text.utf8))
            try file.synchronize()
            try file.close()
            guard rename(draft.path, folder.appendingPathComponent(name).path) == 0 else {
                throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
            }
        } catch {
            unlink(draft.path)
            throw error
        }
    }
}

import CSQLite
import Foundation
import MemoryVFS
import Model
import SQLiteStore

/// A store that worlds are played on, one after the other: opened once, and emptied before each.
///
/// Why: to open a store and to prepare all its statements costs more than to play a world. A world
/// in which the dead process's files are opened has a ground of its own from then on.
final class Ground {
    /// The store.
    let memory: SQLiteMemory
    /// Who looks into its file.
    let inspector: Inspector
    /// How many numbers of runs were given away before the world began.
    private(set) var runsBefore: Int64 = 0
    /// The audit log's row that the world goes on from; nil where it begins the log.
    var auditBegin: AuditLink?
    private let folder: String
    private let broom: Broom

    /// Opens a store.
    ///
    /// - Parameters:
    ///   - folder: Where, a folder that is not there yet.
    ///   - copying: The database to begin with, and its log where it has one.
    ///   - stage: Knows the world that is played, and its time.
    /// - Throws: What the files or the store say.
    init(folder: String, copying: [String], stage: Stage) throws {
        self.folder = folder
        let files = FileManager.default
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (path, name) in zip(copying, ["till.db", "till.db-wal"])
        where memory_vfs_copy(path, "\(folder)/\(name)") == 0 {
            throw Trouble("\(path) cannot be copied")
        }
        memory = try SQLiteMemory.open(
            directory: folder,
            clock: { stage.world?.time.wall ?? Timestamp(milliseconds: 0) },
            logger: House.silence
        )
        inspector = try Inspector(path: "\(folder)/till.db")
        broom = try Broom(path: "\(folder)/till.db", inspector)
    }

    /// The database and its log.
    var files: [String] { ["\(folder)/till.db", "\(folder)/till.db-wal"] }

    /// Empties it for the next world.
    func sweep() throws {
        try broom.sweep()
        runsBefore = memory.reserveRunID().number
        auditBegin = try inspector.rows(AuditLink.query).last.map(AuditLink.init)
    }

    /// Removes the files; nothing may be read or written any more.
    func remove() throws {
        inspector.close()
        for file in files { memory_vfs_remove(file) }
        try FileManager.default.removeItem(atPath: folder)
    }
}

package import Model
import Synchronization

/// Keeps the empty tables that SQL is checked against until a migration changes.
///
/// Building them costs more than all the rest of a reload.
package final class ScratchKeeper: Sendable {
    private typealias Schemas = [(plugin: String, migrations: [SQLFile])]
    private let kept = Mutex<(schemas: Schemas, scratch: SQLScratch)?>(nil)

    /// Keeps nothing yet.
    package init() {}

    /// The tables that these migrations make.
    ///
    /// - Parameter schemas: Plugin name and its migrations in rising order.
    /// - Returns: Those made before, where they are the same.
    /// - Throws: ``Mistakes`` with the first mistake of each plugin whose migrations don't work.
    package func scratch(
        for schemas: [(plugin: String, migrations: [SQLFile])]
    ) throws(Mistakes) -> SQLScratch {
        try kept.withLock { kept throws(Mistakes) in
            if let kept, kept.schemas.elementsEqual(schemas, by: ==) { return kept.scratch }
            let scratch = try SQLScratch(schemas: schemas)
            kept = (schemas, scratch)
            return scratch
        }
    }
}

import Logging
import Model
import SQLiteStore
import Store

/// The state folder in our hands: database open, marker up, trouble watched.
struct OpenedStore: Sendable {
    /// Everything durable.
    let memory: SQLiteMemory
    /// The store's last trouble.
    let health: StoreHealth
    /// Fires once when the store is broken.
    let breakage: AsyncStream<StoreFailure>
    /// Stands while the daemon runs.
    let marker: StopMarker
    /// Whether the last run ended without a stop.
    let isCareful: Bool

    /// Opens the state folder of some settings; a second daemon is kept out from now on.
    ///
    /// - Parameters:
    ///   - folder: The state folder.
    ///   - clock: The wall clock.
    ///   - logger: Where opening is told.
    /// - Returns: The opened store.
    /// - Throws: ``StartFailure``; nothing is held then.
    static func open(
        _ folder: String,
        clock: @escaping WallClock,
        logger: Logger
    ) async throws(StartFailure) -> OpenedStore {
        try ControlSocket.check(state: folder)
        let (breakage, broken) = AsyncStream.makeStream(of: StoreFailure.self)
        let health = StoreHealth()
        let memory: SQLiteMemory
        do {
            memory = try SQLiteMemory.open(directory: folder, clock: clock, logger: logger) {
                health.note($0)
                broken.yield($0)
            }
        } catch {
            throw StartFailure(error)
        }
        let marker = StopMarker(state: folder)
        do {
            return OpenedStore(
                memory: memory,
                health: health,
                breakage: breakage,
                marker: marker,
                isCareful: try marker.raise(at: clock())
            )
        } catch {
            await memory.close()
            throw error
        }
    }

    /// Closes the database and takes the marker down, which stays where a crash must be told of.
    ///
    /// - Parameter isStopped: Whether the daemon served and was stopped in order.
    /// - Throws: ``StartFailure`` when the marker can't be removed.
    func close(isStopped: Bool) async throws(StartFailure) {
        await memory.close()
        guard health.brokenFailure == nil, isStopped || !isCareful else { return }
        try marker.lower()
    }
}

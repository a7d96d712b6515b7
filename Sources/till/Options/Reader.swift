import Model
import SQLiteStore
import Store

extension SettingsOptions {
    /// Opens the database of the state folder for reading, whether the daemon runs or not.
    func reader() throws -> SQLiteReader {
        try SQLiteReader.open(directory: try stateFolder())
    }
}

extension SQLiteReader {
    /// The failure that says an event is not there, with the id that may have been meant.
    func missing(_ event: EventID) throws -> CommandFailure {
        let known = try events(EventFilter(limit: 500)).map(\.id.text)
        return CommandFailure(
            "there is no event \(event)\(Suggestion.hint(for: event.text, among: known)); "
                + "see: till events ls",
            .noInput
        )
    }

    /// The failure that says a run is not there.
    func missing(_ run: RunID) throws -> CommandFailure {
        let newest = try runs(RunFilter(limit: 1)).first
        let last = newest.map { "; the newest is \($0.id)" } ?? "; there is none yet"
        return CommandFailure("there is no run \(run)\(last); see: till runs ls", .noInput)
    }
}

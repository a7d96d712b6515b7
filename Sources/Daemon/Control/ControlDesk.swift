package import Model

/// Who does what comes in through the control socket.
package protocol ControlDesk: Sendable {
    /// Till's version.
    var version: String { get }
    /// How the daemon stands.
    func status() throws -> StatusReport
    /// Reads settings, plugins and workflows again and puts them in force when all is well.
    func reload(actor: String) async -> ReloadReport
    /// Lets one run walk again.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - wish: With which version and from where.
    /// - Returns: The run.
    /// - Throws: ``ControlRefusal`` when there is no such run or it can't be retried.
    func retry(_ run: RunID, _ wish: RetryWish) async throws -> RetryReport
    /// Lets all dead runs walk again, or those of one workflow.
    ///
    /// - Parameter wish: With which version, from where, of which workflow.
    /// - Returns: The runs.
    /// - Throws: ``ControlRefusal`` when it can't be done.
    func retryDead(_ wish: RetryWish) async throws -> RetryReport
    /// Writes down what a person knows of the action of an unsure run.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - wish: What is known, and how.
    /// - Returns: Where the run stands then.
    /// - Throws: ``ControlRefusal`` with what to do instead.
    func resolve(_ run: RunID, _ wish: ResolveWish) async throws -> RunReport
    /// Puts a backup on record that the command line made.
    ///
    /// - Parameter backup: What was made.
    /// - Returns: The note.
    /// - Throws: ``ControlRefusal`` when it can't be written.
    func note(_ backup: BackupNote) async throws -> BackupNote
    /// Takes a run out of the walk for good.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - wish: Why.
    /// - Returns: Where the run stands then.
    /// - Throws: ``ControlRefusal`` with what to do instead.
    func cancel(_ run: RunID, _ wish: ResolveWish) async throws -> RunReport
    /// Lets held events go on to their workflows.
    ///
    /// - Parameter wish: Which, and why.
    /// - Returns: Which go on, and why others do not.
    /// - Throws: ``ControlRefusal`` when nothing can be done.
    func release(_ wish: ReleaseWish) async throws -> ReleaseReport
}

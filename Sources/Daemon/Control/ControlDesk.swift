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
}

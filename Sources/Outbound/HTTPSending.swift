/// What can send an HTTP request: the daemon's client, or what a test puts in its place.
package protocol HTTPSending: Sendable {
    /// Sends one request and waits for its answer.
    ///
    /// - Parameter request: What to send; following a redirect is up to the caller.
    /// - Returns: The answer, whatever its status.
    /// - Throws: ``HTTPFailure`` when there is no answer.
    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse
}

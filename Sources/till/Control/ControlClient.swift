import Daemon
import Foundation
import Glibc
import Model
import Outbound

/// Speaks to the daemon through the socket in its state folder.
struct ControlClient {
    /// The socket's path.
    let socket: String
    private let client = OutboundClient()

    /// Makes a client for the daemon of a state folder.
    init(state: String) {
        socket = ControlSocket.path(in: state)
    }

    /// Who asks, for the audit log.
    static var actor: String {
        "cli:" + (getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(getuid())")
    }

    /// How the daemon stands.
    func status() async throws -> StatusReport {
        try await answer("GET", "/status", body: nil, within: .seconds(10))
    }

    /// Asks for a reload and waits for its result, good or bad.
    func reload() async throws -> ReloadReport {
        try await answer(
            "POST",
            "/reload",
            body: ControlWish(actor: Self.actor),
            within: .seconds(120)
        )
    }

    /// Lets a run walk again.
    func retry(_ run: RunID, _ wish: RetryWish) async throws -> RetryReport {
        try await answer("POST", "/runs/\(run)/retry", body: wish, within: .seconds(30))
    }

    /// Lets all dead runs walk again.
    func retryDead(_ wish: RetryWish) async throws -> RetryReport {
        try await answer("POST", "/dead/retry", body: wish, within: .seconds(120))
    }

    /// Writes down what became of the action of an unsure run.
    func resolve(_ run: RunID, _ wish: ResolveWish) async throws -> RunReport {
        try await answer("POST", "/runs/\(run)/resolve", body: wish, within: .seconds(30))
    }

    /// Puts a backup on record.
    func note(_ backup: BackupNote) async throws {
        let _: BackupNote = try await answer(
            "POST",
            "/backups",
            body: backup,
            within: .seconds(30)
        )
    }

    /// Takes a run out of the walk.
    func cancel(_ run: RunID, _ wish: ResolveWish) async throws -> RunReport {
        try await answer("POST", "/runs/\(run)/cancel", body: wish, within: .seconds(30))
    }

    /// Lets held events go on.
    func release(_ wish: ReleaseWish) async throws -> ReleaseReport {
        try await answer("POST", "/events/release", body: wish, within: .seconds(600))
    }

    private func answer<Report: Decodable>(
        _ method: String,
        _ path: String,
        body: (any Encodable)?,
        within limit: Duration
    ) async throws -> Report {
        let bytes = try body.map { Array(try JSONEncoder().encode($0)) }
        let response: HTTPResponse
        do throws(HTTPFailure) {
            response = try await client.send(
                HTTPRequest(
                    method: method,
                    url: try WebAddress("http://till\(path)"),
                    headers: [("content-type", "application/json")],
                    body: bytes,
                    timeout: limit,
                    unixSocket: socket,
                    isRepeatable: false,
                    responseLimit: 4 << 20
                )
            )
        } catch {
            throw unreachable(error)
        }
        switch response.status {
        case 200, 422:
            return try JSONDecoder().decode(Report.self, from: Data(response.body))
        case 409:
            let refusal = try JSONDecoder().decode([String: String].self, from: Data(response.body))
            throw CommandFailure(refusal["error"] ?? response.text, .data)
        default:
            throw CommandFailure(
                "the daemon answered \(response.status): \(response.text); its log says more",
                .software
            )
        }
    }

    /// Why nobody answered, told apart by what lies at the socket's path.
    private func unreachable(_ failure: HTTPFailure) -> CommandFailure {
        if access(socket, F_OK) != 0 {
            return CommandFailure(
                "Till is not running: there is no socket \(socket); start it with `till serve`, or "
                    + "name its state folder with --state",
                .unavailable
            )
        }
        if access(socket, R_OK | W_OK) != 0 {
            return CommandFailure(
                "the socket \(socket) is not yours; run this as the user Till runs as",
                .noPermission
            )
        }
        if case .lost = failure {
            return CommandFailure(
                "the daemon did not answer in time (\(failure)); see its log",
                .unavailable
            )
        }
        return CommandFailure(
            "Till is not running: nobody listens at \(socket); start it with `till serve`",
            .unavailable
        )
    }
}

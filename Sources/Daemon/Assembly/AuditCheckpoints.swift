import Logging
import Model
import ServiceLifecycle
import Store

/// Writes the end of the audit log to the daemon's own log now and then, out of reach of whoever
/// can write the database; `till audit verify` takes it from there.
struct AuditCheckpoints: Service {
    /// Where the end is read.
    let reading: any AuditReading
    /// Where it is told.
    let logger: Logger
    /// Between two lines.
    var interval = Limits.auditCheckpoints

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: interval)
                } catch {
                    return  // The only error is cancellation: the daemon stops.
                }
                tell()
            }
        }
    }

    /// Writes one line.
    func tell() {
        do throws(StoreFailure) {
            let end = try reading.auditCheckpoint()
            logger.notice("\(AuditCheckpoint.logMessage)", metadata: ["checkpoint": "\(end)"])
        } catch {
            logger.error("the audit log's end is not known", metadata: ["reason": "\(error)"])
        }
    }
}

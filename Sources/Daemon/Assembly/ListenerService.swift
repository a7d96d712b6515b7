import Glibc
import Hummingbird
import NIOCore
import ServiceLifecycle

/// A listener that says what to do when its address can't be had.
struct ListenerService<Listener: ApplicationProtocol>: Service {
    /// The setting that names the address, for messages.
    let setting: String
    /// The address, for messages.
    let address: String
    /// What listens.
    let listener: Listener

    func run() async throws {
        do {
            try await listener.run()
        } catch let error as IOError {
            throw failure(error.errnoCode, String(cString: strerror(error.errnoCode)))
        } catch let error as SocketAddressError {
            throw failure(0, "\(error)")
        }
    }

    private func failure(_ code: Int32, _ why: String) -> StartFailure {
        let remedy: String
        let exit: StartFailure.ExitCode
        switch code {
        case EADDRINUSE:
            (remedy, exit) = ("stop what listens there or choose another address", .unavailable)
        case EACCES, EPERM:
            (remedy, exit) = ("choose a port above 1023 or grant the permission", .noPermission)
        default:
            (remedy, exit) = ("name an address of this machine", .configuration)
        }
        return StartFailure("\(setting): \(address) can't be listened on: \(why); \(remedy)", exit)
    }
}

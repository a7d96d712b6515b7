package import Hummingbird
internal import NIOCore

/// What the door needs to know of a request beyond the request itself: where it came from.
package struct DoorContext: InitializableFromSource {
    package typealias Source = ApplicationRequestContextSource

    private let channel: any Channel

    /// Hummingbird's way to make it.
    package init(source: ApplicationRequestContextSource) {
        channel = source.channel
    }

    /// Who is counted as the client.
    var client: ClientNetwork { ClientNetwork(channel.remoteAddress) }

    /// The other end's address as a log line says it.
    var address: String { channel.remoteAddress?.ipAddress ?? "unknown" }
}

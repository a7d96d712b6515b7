internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import NIOHTTPTypes

/// Looks after one connection of the public listener: one request at a time, each whole in time,
/// each answer read in time, and nothing after an answer that says `Connection: close`.
///
/// A request that arrives in one read, as nearly all do, starts no timer.
final class ConnectionKeeper: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long the peer may go on sending after the last answer, so that it can read it: closing
    /// over unread bytes would reset the connection.
    private static let lingering = TimeAmount.seconds(1)

    private let limit: TimeAmount
    private let lobby: Lobby
    private var seat: LobbySeat?
    /// Whether a request has begun and is not whole.
    private var isArriving = false
    /// Whether a whole request waits for its answer.
    private var isServing = false
    /// Whether the answer that is being written is the last one.
    private var isLast = false
    /// Whether the last answer is written: what still arrives is dropped.
    private var isOver = false
    /// What arrived behind a request that is not answered yet.
    private var held: [NIOAny] = []
    private var wantsRead = false
    private var arrival: Scheduled<Void>?
    private var reading: Scheduled<Void>?

    /// Makes the keeper of one connection.
    ///
    /// - Parameters:
    ///   - limit: How long a request may take to arrive, and an answer to be read.
    ///   - lobby: Where the connection waits for its peer.
    init(limit: TimeAmount, lobby: Lobby) {
        self.limit = limit
        self.lobby = lobby
    }

    func handlerAdded(context: ChannelHandlerContext) {
        seat = lobby.enter { [channel = context.channel] in
            channel.flush()
            channel.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stop(&arrival)
        stop(&reading)
        if let seat { lobby.leave(seat) }
        seat = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop(&arrival)
        stop(&reading)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isOver { return }
        if isServing { held.append(data) } else { pass(data, context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isArriving, arrival == nil, !isOver {
            arrival = close(context, in: limit, because: .slowRequest)
        }
        context.fireChannelReadComplete()
    }

    /// Reads on, unless something is held back: that must not grow.
    func read(context: ChannelHandlerContext) {
        if held.isEmpty { context.read() } else { wantsRead = true }
    }

    func write(
        context: ChannelHandlerContext,
        data: NIOAny,
        promise: EventLoopPromise<Void>?
    ) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            isLast = head.headerFields[.connection] == "close"
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            isServing = false
            if isLast {
                context.writeAndFlush(data, promise: promise)
                end(context)
            } else {
                context.write(data, promise: promise)
                seat.map(lobby.wait)
                release(context)
            }
        }
    }

    /// Watches how long an answer waits for its reader.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stop(&reading)
        if !context.channel.isWritable {
            reading = close(context, in: limit, because: .slowReader)
        }
        context.fireChannelWritabilityChanged()
    }

    /// Hands on a part of the request whose turn it is.
    private func pass(_ part: NIOAny, _ context: ChannelHandlerContext) {
        switch unwrapInboundIn(part) {
        case .head: isArriving = true
        case .body: break
        case .end:
            isArriving = false
            isServing = true
            stop(&arrival)
            seat.map(lobby.serve)
        }
        context.fireChannelRead(part)
    }

    /// Hands on the next request, where it was held back behind the one just answered.
    private func release(_ context: ChannelHandlerContext) {
        guard !held.isEmpty else { return }
        let parts = held
        held = []
        for part in parts { channelRead(context: context, data: part) }
        channelReadComplete(context: context)
        if held.isEmpty, wantsRead {
            wantsRead = false
            context.read()
        }
    }

    /// Says no more and, for a moment, listens to nothing.
    private func end(_ context: ChannelHandlerContext) {
        isOver = true
        held = []
        stop(&arrival)
        seat.map(lobby.wait)
        context.close(mode: .output, promise: nil)
        _ = close(context, in: Self.lingering, because: nil)
        if wantsRead { context.read() }
    }

    private func close(
        _ context: ChannelHandlerContext,
        in time: TimeAmount,
        because cause: Lobby.Cause?
    ) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: time) {
            if let cause { self.lobby.count(cause) }
            context.close(promise: nil)
        }
    }

    private func stop(_ timer: inout Scheduled<Void>?) {
        timer?.cancel()
        timer = nil
    }
}

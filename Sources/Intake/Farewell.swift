internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Gives a request that is on its way a moment to arrive before a server that stops closes its
/// connection, and tells the sender with each answer from then on that it will be closed.
///
/// Without that moment a connection that looks idle would be closed with a request unread in the
/// kernel, whose sender gets a reset.
final class Farewell: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// A turn of a busy event loop, many times over.
    private static let moment = TimeAmount.milliseconds(100)

    private var isStopping = false
    private var timer: Scheduled<Void>?

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        isStopping = true
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.moment) {
            context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isStopping, case .head(var head) = unwrapOutboundIn(data) else {
            return context.write(data, promise: promise)
        }
        head.headerFields[.connection] = "close"
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }
}

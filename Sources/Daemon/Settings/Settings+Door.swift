import Intake

extension Settings {
    /// The endpoints as the door wants them.
    var doorEndpoints: [Endpoint] { endpoints.map { $0.endpoint(tolerance: tolerance) } }
}

extension LimitSettings {
    /// What the door takes of one client.
    var doorBounds: Door.Bounds {
        var bounds = Door.Bounds()
        bounds.body = body
        bounds.refusedPerMinute = refusedPerMinute
        return bounds
    }

    /// The bounds of the public listener.
    var bounds: PublicServer.Bounds {
        var bounds = PublicServer.Bounds()
        bounds.connections = connections
        bounds.requestTime = requestTime
        bounds.idleTime = idleTime
        return bounds
    }
}

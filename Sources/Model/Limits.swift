/// Every bound Till keeps, each with its reason.
///
/// Sizes are bytes unless the name says otherwise.
package enum Limits {
    /// A webhook's body.
    ///
    /// Stripe's largest events are far smaller; nginx has the same default.
    package static let body = 1 << 20
    /// How long a whole request may take to arrive; a slow sender must not hold a connection.
    package static let requestTime = Duration.seconds(15)
    /// How long a connection may be silent before its headers are complete.
    package static let idleTime = Duration.seconds(10)
    /// Open connections on the public listener; the file descriptor limit of 4,096 leaves room.
    package static let connections = 1024
    /// Connections that the kernel keeps waiting; who finds no place tries again after a second.
    package static let backlog = 4096
    /// Refused requests of one client in a minute that are answered with a reason; a sender with a
    /// wrong secret sees the reason often enough, a flood gets a short 429.
    package static let refusedPerMinute = 300
    /// Clients whose refusals are counted apart, so that memory stays bounded.
    package static let refusedClients = 10_000
    /// Deliveries waiting for a commit; more is answered 503 so that memory stays bounded.
    package static let waitingDeliveries = 1000
    /// Signatures looked at in one header; Stripe sends as many as there are active secrets.
    package static let signatures = 16
    /// How far a signature's time may be from ours, both ways.
    ///
    /// Source: Stripe's libraries.
    package static let signatureTolerance = Duration.seconds(300)
    /// Nesting of JSON; deeper is an attack, not an event.
    package static let jsonDepth = 512
    /// A YAML file.
    package static let yamlBytes = 1 << 20
    /// Nodes in one YAML file.
    package static let yamlNodes = 10_000
    /// Nesting of YAML.
    package static let yamlDepth = 64
    /// One evaluation of a step's expressions.
    package static let expressionTime = Duration.milliseconds(250)
    /// Rows an expression may step through in sub-selects is bounded by time; its text is this
    /// long.
    package static let expressionBytes = 16 << 10
    /// The largest value an expression or an effect may make.
    package static let valueBytes = 1 << 20
    /// What one effect, all its statements together, may take.
    package static let effectTime = Duration.seconds(2)
    /// Everything one HTTP action may take unless the step says otherwise.
    package static let httpTime = Duration.seconds(10)
    /// Everything one mail may take unless the step says otherwise.
    package static let mailTime = Duration.seconds(30)
    /// HTTP requests under way at once, and connections kept.
    ///
    /// A peer that takes half a second is asked five hundred times in a second; the file
    /// descriptor limit of 4,096 leaves room.
    package static let requestsAtOnce = 256
    /// Mails under way at once, each with a connection and a thread; more make servers suspicious.
    package static let mailsAtOnce = 4
    /// How long a connection may have been idle for a request that must not be sent twice.
    ///
    /// No common server closes one so soon. libcurl counts the whole seconds that have passed.
    package static let connectionIdleTime = Duration.seconds(1)
    /// Connecting to an HTTP peer, name and TLS included.
    package static let connectTime = Duration.seconds(5)
    /// Connecting to a mail server, greeting, TLS and login included; many greet slowly on purpose.
    package static let mailConnectTime = Duration.seconds(20)
    /// The header of a peer's answer, or all replies of an SMTP server in one mail.
    package static let peerHeaderBytes = 64 << 10
    /// What later steps and the record see of an HTTP answer's body.
    package static let recordedAnswerBytes = 8 << 10
    /// A mail's source.
    package static let mailBytes = 1 << 20
    /// What is read of a peer's answer.
    package static let responseBytes = 256 << 10
    /// One log line.
    package static let logLine = 16 << 10
    /// Runs being walked at once; the rest waits in the store.
    package static let runsInFlight = 256
    /// Settlements in one transaction: more are hardly cheaper, and are undone together.
    package static let settlementsPerCommit = 128
    /// Settlements that a waiting webhook lets pass before it ends their transaction; fewer would
    /// hardly move while webhooks keep coming.
    package static let settlementsPerTurn = 8
    /// The same for each webhook that was written just before, so that a run has its choice and
    /// some steps while its event's successors are written.
    package static let settlementsPerDelivery = 4
    /// How long the end of a step that touched only the database may be unsynced, so that a reader
    /// of the database is hardly ahead of the disk.
    package static let unsyncedTime = Duration.milliseconds(50)
    /// Between two attempts to begin the log anew on a full disk, each of which writes all of it
    /// that is not in the database yet.
    package static let fullDiskTime = Duration.milliseconds(250)
    /// Crashes of the process after which a run is set aside, or an event that has none yet.
    package static let crashesPerRun = 3
    /// Between two checkpoints of the audit log in the daemon's log: what can be cut off unseen.
    package static let auditCheckpoints = Duration.seconds(3600)
    /// What SIGTERM leaves for work in flight.
    package static let drainTime = Duration.seconds(10)
}

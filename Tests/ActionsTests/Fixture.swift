import Foundation
import Model
import Outbound
import Plugins
import Synchronization

@testable import Actions

/// The shipped plugins, calls of them, and things that take what leaves.
enum Fixture {
    /// The repository's folder.
    static var repository: URL {
        var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        for _ in 1...3 { folder.deleteLastPathComponent() }
        return folder
    }

    /// A plugin of the repository.
    static func plugin(_ name: String) throws -> Plugin {
        try PluginReader.read(folder: repository.appendingPathComponent("plugins/\(name)").path)
    }

    /// A call whose inputs are the manifest's defaults and these.
    static func call(
        _ plugin: Plugin,
        _ inputs: [String: Value],
        key: String = "evt_1/order-paid/receipt",
        timeout: Duration = .seconds(10)
    ) -> ActionCall {
        let fields = Fields(plugin.inputs.map { ($0.name, inputs[$0.name] ?? $0.default) })
        return ActionCall(
            key: key,
            eventID: EventID("evt_1"),
            eventType: "payment_intent.succeeded",
            eventCreated: Timestamp(seconds: 1_763_718_000),
            livemode: false,
            workflow: "order-paid",
            step: "receipt",
            run: RunID(7),
            attempt: 1,
            inputs: fields,
            timeout: timeout
        )
    }

    /// Settings of a shop.
    static func mailSettings(name: String = "Example Shop") throws -> MailSettings {
        MailSettings(
            from: try MailAddress(parsing: "\(name) <shop@example.com>"),
            shop: MailSettings.Shop(
                name: name,
                support: "help@example.com",
                url: "https://example.com"
            )
        )
    }

    /// The send-email plugin, loaded.
    static func email(
        _ transport: any MailTransport = Collector(),
        name: String = "Example Shop"
    ) throws -> (EmailAction, Plugin) {
        let plugin = try plugin("send-email")
        let kind = EmailKind(
            settings: try mailSettings(name: name),
            transport: transport,
            now: { Timestamp(seconds: 1_763_719_138) }
        )
        let action = try kind.load(plugin)
        guard let email = action as? EmailAction else { throw MailMistake("not an email") }
        return (email, plugin)
    }
}

/// Keeps what it is given, and fails as it is told.
final class Collector: MailTransport {
    private let mails = Mutex<[OutgoingMail]>([])
    private let failure: MailFailure?

    /// Every mail so far.
    var sent: [OutgoingMail] { mails.withLock { $0 } }

    init(failing failure: MailFailure? = nil) {
        self.failure = failure
    }

    func deliver(_ mail: OutgoingMail, within limit: Duration) async throws(MailFailure) {
        mails.withLock { $0.append(mail) }
        if let failure { throw failure }
    }
}

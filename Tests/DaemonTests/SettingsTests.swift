import Daemon
import Intake
import Foundation
import Model
import Testing
import YAMLTree

/// Reads settings without touching the machine's environment.
enum SettingsFixture {
    /// What a start needs at least.
    static let secret = ["STRIPE_WEBHOOK_SECRET": "whsec_test"]

    /// Settings from a text.
    static func read(
        _ text: String,
        flags: [SettingName: String] = [:],
        environment: [String: String] = secret,
        credentials: [String: String] = [:]
    ) throws -> Settings {
        try SettingsReader.read(
            SettingsSources(
                file: SourceFile(path: "etc/till.yaml", text: text),
                flags: flags,
                environment: environment,
                credentials: credentials
            )
        )
    }

    /// The repository's folder.
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
}

@Suite struct `Reading settings` {
    @Test func `an empty file gives the built-in defaults`() throws {
        let settings = try SettingsFixture.read("")

        #expect(settings.listen == HostPort(host: "127.0.0.1", port: 8080))
        #expect(settings.state == "var")
        #expect(settings.workflows == "workflows")
        #expect(settings.endpoints.map(\.path) == ["/webhooks/stripe"])
        #expect(settings.endpoints.first?.secrets == [Secret("whsec_test")])
        #expect(settings.shown.allSatisfy { $0.origin == "default" })
    }

    @Test(
        arguments: [
            (true, true, true, "flag:1", "flag --listen"),
            (false, true, true, "env:2", "environment TILL_LISTEN"),
            (false, false, true, "cred:3", "credential till_listen"),
            (false, false, false, "file:4", "etc/till.yaml:1"),
        ])
    func `the heavier source wins and says so`(
        flag: Bool,
        environment: Bool,
        credential: Bool,
        value: String,
        origin: String
    ) throws {
        var variables = SettingsFixture.secret
        if environment { variables["TILL_LISTEN"] = "env:2" }

        let settings = try SettingsFixture.read(
            "listen: file:4\n",
            flags: flag ? [.listen: "flag:1"] : [:],
            environment: variables,
            credentials: credential ? ["TILL_LISTEN": "cred:3"] : [:]
        )

        #expect(settings.listen.description == value)
        #expect(settings.shown.first { $0.name == "listen" }?.origin == origin)
    }

    @Test(arguments: SettingName.allCases)
    func `every setting can be given by a variable`(name: SettingName) throws {
        let values: [SettingName: String] = [
            .listen: "0.0.0.0:1", .adminListen: "[::1]:2", .state: "/s", .workflows: "/w",
            .plugins: "/p", .tolerance: "1m", .mailTransport: "file", .mailFrom: "a@b.example",
            .mailReplyTo: "c@d.example", .mailLocale: "ar-SA", .smtpHost: "mx", .smtpPort: "25",
            .smtpSecurity: "tls",
            .smtpUser: "u", .smtpPassword: "hush", .smtpCAFile: "/ca",
            .sentryDSN: "https://hush@sentry.example/1",
            .allowHosts: "a.example, b.example:8", .requestsAtOnce: "8", .shopName: "S",
            .shopSupportEmail: "e@f.example", .shopURL: "https://s.example", .logLevel: "debug",
            .logFormat: "json", .limitBody: "2KiB", .limitConnections: "7",
            .limitRefused: "9", .limitRequestTime: "2s", .limitIdleTime: "3s",
            .retentionDone: "30d", .retentionFailed: "60d",
        ]
        let value = try #require(values[name])
        var variables = SettingsFixture.secret
        variables[name.environmentName] = value

        let settings = try SettingsFixture.read("", environment: variables)

        let line = try #require(settings.shown.first { $0.name == name.rawValue })
        #expect(line.origin == "environment \(name.environmentName)")
        #expect(line.value == (name.isSecret ? "‹secret›" : value))
    }

    @Test func `no secret is ever shown`() throws {
        let settings = try SettingsFixture.read(
            """
            mail: { smtp: { user: u, password: "${env:PASSWORD}" } }
            """,
            environment: [
                "STRIPE_WEBHOOK_SECRET": "whsec_canary", "PASSWORD": "canary-password",
                "TILL_SENTRY_DSN": "https://canary@sentry.example/1",
            ]
        )

        #expect(settings.mail.smtp.password == Secret("canary-password"))
        #expect(!"\(settings)".contains("canary"))
        #expect(!settings.shown.contains { $0.value.contains("canary") })
        let password = settings.shown.first { $0.name == "mail.smtp.password" }
        #expect(password?.value == "${env:PASSWORD}")
    }

    @Test func `a credential stands in for a missing variable`() throws {
        let settings = try SettingsFixture.read(
            "",
            environment: [:],
            credentials: ["STRIPE_WEBHOOK_SECRET": "whsec_from_systemd"]
        )

        #expect(settings.endpoints.first?.secrets == [Secret("whsec_from_systemd")])
    }

    @Test func `the credentials directory is read with the lower-case names`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        try Data("whsec_file\n".utf8).write(to: folder.appending(path: "stripe_webhook_secret"))

        let sources = try SettingsSources.read(
            path: nil,
            flags: [:],
            environment: ["CREDENTIALS_DIRECTORY": folder.path]
        )

        #expect(sources.credentials == ["STRIPE_WEBHOOK_SECRET": "whsec_file"])
    }

    @Test func `without a signing secret there is no start`() {
        let mistakes = #expect(throws: Mistakes.self) {
            try SettingsFixture.read("", environment: [:])
        }
        #expect(mistakes?.description.contains("STRIPE_WEBHOOK_SECRET") == true)
        #expect(StartFailure(mistakes ?? Mistakes([])).exitCode == .configuration)
    }

    @Test func `a variable that nearly names a setting is warned about`() throws {
        var variables = SettingsFixture.secret
        variables["TILL_LISTN"] = "0.0.0.0:80"

        let settings = try SettingsFixture.read("", environment: variables)

        #expect(
            settings.warnings == [
                "the environment has TILL_LISTN, which is no setting; did you mean TILL_LISTEN?"
            ]
        )
    }

    @Test func `a mistake in a flag or variable names it and shows the value`() {
        var variables = SettingsFixture.secret
        variables["TILL_TOLERANCE"] = "soon"

        let mistakes = #expect(throws: Mistakes.self) {
            try SettingsFixture.read("", flags: [.listen: "here"], environment: variables)
        }

        #expect(
            mistakes?.description == """
                $TILL_TOLERANCE:1:1: error: "soon" is no duration from 1s to 1h; write it like 5m
                  soon
                  ^
                --listen:1:1: error: "here" is no host and port; write them like 127.0.0.1:8080
                  here
                  ^
                """
        )
    }

    @Test func `two endpoints keep their own secrets, modes and accounts`() throws {
        let settings = try SettingsFixture.read(
            """
            endpoints:
              - name: shop
                path: /hooks/shop
                secrets: ["${env:OLD}", "${env:NEW}"]
                mode: live
              - name: connect
                path: /hooks/connect
                secrets: ${env:CONNECT}
                account: acct_123
                payload: any
            """,
            environment: ["OLD": "whsec_1", "NEW": "whsec_2", "CONNECT": "whsec_3"]
        )

        #expect(settings.endpoints.map(\.name) == ["shop", "connect"])
        #expect(settings.endpoints.map(\.secrets.count) == [2, 1])
        #expect(settings.endpoints.map(\.mode) == [.live, .any])
        #expect(settings.endpoints.map(\.account) == [nil, "acct_123"])
        #expect(settings.endpoints.map(\.payload) == [.snapshot, .any])
    }

    @Test func `changes are named and told apart`() throws {
        let old = try SettingsFixture.read("listen: a:1\nshop: { name: A }\n")
        var variables = SettingsFixture.secret
        variables["STRIPE_WEBHOOK_SECRET"] = "whsec_rolled"

        let new = try SettingsFixture.read(
            "listen: a:2\nshop: { name: B }\nvars: { x: y }\n",
            environment: variables
        )

        let changes = old.changes(to: new)
        #expect(changes.needsRestart == ["listen"])
        #expect(changes.live == ["shop.name", "vars.x", "endpoints"])
        #expect(new.keepingWhatNeedsRestart(of: old).listen.port == 1)
    }
}

@Suite struct `The shipped settings file` {
    private let path = SettingsFixture.root.appending(path: "etc/till.yaml").path

    @Test func `it holds every setting with its built-in default`() throws {
        let root = try YAMLReader.read(try SourceFile.read(path))

        for name in SettingName.allCases {
            var node: Node? = root
            for key in name.rawValue.split(separator: ".") { node = node?[String(key)] }
            let value = try #require(node, "\(name.rawValue) is missing in etc/till.yaml")
            let text = value.scalar?.text ?? value.sequence?.compactMap(\.scalar?.text).joined()
            #expect(text == name.defaultText, "\(name.rawValue)")
        }
        #expect(root["vars"]?.mapping?.isEmpty == true)
        let endpoints = try #require(root["endpoints"]?.sequence)
        #expect(endpoints.count == 1)
        let endpoint = try #require(endpoints.first?.mapping)
        let values = endpoint.map { pair in
            let scalar = pair.value.scalar ?? pair.value.sequence?.first?.scalar
            return "\(pair.key)=\(scalar?.text ?? "")"
        }
        #expect(
            values == [
                "name=default", "path=/webhooks/stripe", "secrets=${env:STRIPE_WEBHOOK_SECRET}",
                "mode=any", "account=", "payload=snapshot",
            ]
        )
    }

    @Test func `it means the same as no file at all`() throws {
        let shipped = try SettingsReader.read(
            SettingsSources(
                file: SourceFile(
                    path: "etc/till.yaml",
                    text: try SourceFile.read(path).text
                ),
                environment: SettingsFixture.secret
            )
        )
        let without = try SettingsReader.read(
            SettingsSources(environment: SettingsFixture.secret)
        )

        #expect(shipped.shown.map(\.name) == without.shown.map(\.name))
        #expect(shipped.shown.map(\.value) == without.shown.map(\.value))
        #expect(shipped.warnings == without.warnings)
    }
}

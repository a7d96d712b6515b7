import Crypto
import Engine
import Foundation
import Model
import Store

extension ReloadReport {
    /// The report of rules that are in force now.
    init(_ playbook: Playbook, _ settings: Settings, at now: Timestamp) {
        self.init(
            applied: true,
            generation: playbook.generation,
            hash: Self.hash(playbook, settings),
            workflows: playbook.rules.count,
            plugins: playbook.performers.count,
            at: now.milliseconds
        )
    }

    /// SHA-256 over the rules and the live settings as they are shown, without secrets, in hex.
    private static func hash(_ playbook: Playbook, _ settings: Settings) -> String {
        var sum = SHA256()
        sum.update(data: Data(playbook.hash.utf8))
        for line in settings.shown where line.isLive {
            sum.update(data: Data("\n\(line.name)=\(line.value)".utf8))
        }
        return sum.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// One line for `systemctl status`.
    var statusLine: String {
        "serving \(workflows) workflows, generation \(generation)"
    }

    /// The row that remembers it; mistakes are counted, their texts may be long.
    func auditEntry(actor: String) -> AuditEntry {
        let list = { (names: [String]) in
            Value.json("[" + names.map(JSONText.quoted).joined(separator: ",") + "]")
        }
        let fields = Fields([
            ("generation", .integer(Int64(generation))), ("hash", .text(hash)),
            ("changed", list(changed)), ("needs_restart", list(needsRestart)),
            ("mistakes", .integer(Int64(mistakes.count))),
            ("first_mistake", mistakes.first.map { .text(String($0.prefix(500))) } ?? .null),
        ])
        return AuditEntry(
            actor: actor,
            action: applied ? "reload.applied" : "reload.refused",
            detail: fields.json,
            at: Timestamp(milliseconds: at)
        )
    }
}

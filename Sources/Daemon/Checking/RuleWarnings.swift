import Model
import Stripe
import Workflows
import YAMLTree

/// What looks wrong in workflows and is no mistake: those that would never run.
enum RuleWarnings {
    /// One sentence for each workflow, or part of its `on`, that no event of Stripe's can reach.
    ///
    /// - Parameters:
    ///   - workflows: The workflows.
    ///   - endpoints: What deliveries come in by.
    /// - Returns: Sentences that begin with the workflow's file.
    static func of(_ workflows: [Workflow], _ endpoints: [EndpointSettings]) -> [String] {
        workflows.flatMap { workflow in
            (workflow.on.compactMap(slip) + [mismatch(workflow, endpoints)].compactMap(\.self))
                .map { "\(workflow.source.path): \($0)" }
        }
    }

    /// What `on` probably means instead; nil for a known type, or one that looks like none of them.
    private static func slip(_ pattern: EventPattern) -> String? {
        switch pattern {
        case .type(let type):
            guard !EventTypes.known.contains(type),
                let near = Suggestion.nearest(to: type, among: EventTypes.known)
            else { return nil }
            return "on: Stripe has no event type \(type); did you mean \(near)?"
        case .prefix(let prefix):
            guard !EventTypes.known.contains(where: { $0.hasPrefix(prefix) }) else { return nil }
            let prefixes = Set(EventTypes.known.flatMap(Self.prefixes))
            guard let near = Suggestion.nearest(to: prefix, among: prefixes) else { return nil }
            return "on: Stripe has no event type that begins with \(prefix); did you mean \(near)*?"
        }
    }

    /// `charge.` and `charge.dispute.` of `charge.dispute.created`.
    private static func prefixes(of type: String) -> [String] {
        type.indices.filter { type[$0] == "." }.map { String(type[...$0]) }
    }

    /// Why no endpoint runs events of the workflow's mode; nil where one does.
    private static func mismatch(
        _ workflow: Workflow,
        _ endpoints: [EndpointSettings]
    ) -> String? {
        let worlds = [true, false].filter(workflow.mode.fits(livemode:))
        let isReached = endpoints.contains { endpoint in
            worlds.contains(where: endpoint.mode.fits(livemode:))
        }
        guard !isReached else { return nil }
        let modes = Set(endpoints.map(\.mode.rawValue)).sorted().joined(separator: " and ")
        return "mode: \(workflow.mode.rawValue) never fits, all endpoints run \(modes) events only"
    }
}

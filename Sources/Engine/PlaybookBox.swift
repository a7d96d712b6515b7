import Synchronization

/// Holds the playbook in force; a reload swaps it whole.
package final class PlaybookBox: Sendable {
    private let box: Mutex<Playbook>

    /// Begins with a playbook.
    package init(_ playbook: Playbook) {
        box = Mutex(playbook)
    }

    /// The playbook in force.
    package var current: Playbook { box.withLock { $0 } }

    /// Puts a playbook in force; runs under way finish with the versions they are pinned to.
    package func swap(_ playbook: Playbook) {
        box.withLock { $0 = playbook }
    }
}

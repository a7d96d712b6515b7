#if DEBUG
import Glibc
import Synchronization

/// A place of the walk where a debug build can be made to die at once, as by kill -9.
///
/// A release build has none of this: every line about crash points is for the debug build only.
package enum CrashPoint: String, Sendable, CaseIterable {
    /// A delivery is written, not committed.
    case beforeRecord = "before-record"
    /// A delivery is committed, nobody was told.
    case afterRecord = "after-record"
    /// The door is about to say 200.
    case beforeAnswer = "before-answer"
    /// The workflows of an event are about to be chosen.
    case whileChoosing = "while-choosing"
    /// An event's runs are written, not committed.
    case beforeChoice = "before-choice"
    /// An event's runs are committed.
    case afterChoice = "after-choice"
    /// That an outward action begins is written, not committed.
    case beforeBegin = "before-begin"
    /// That an outward action begins is committed.
    case afterBegin = "after-begin"
    /// An outward action is about to leave the house.
    case beforeAct = "before-act"
    /// An outward action has ended, which is on no record yet.
    case afterAct = "after-act"
    /// How a step ended is written, not committed.
    case beforeSettle = "before-settle"
    /// How a step ended is committed.
    case afterSettle = "after-settle"
    /// An errand such as a migration is done, not committed.
    case beforeErrand = "before-errand"
    /// An errand is committed.
    case afterErrand = "after-errand"
    /// New rules are stored and about to be put in force.
    case beforeSwap = "before-swap"
    /// New rules are in force.
    case afterSwap = "after-swap"
    /// The write-ahead log is about to be moved into the database file.
    case beforeCheckpoint = "before-checkpoint"
    /// The write-ahead log has been moved into the database file.
    case afterCheckpoint = "after-checkpoint"

    /// The variable that arms a point: `after-act 2 evt_17 /mail` dies at the second passing of a
    /// subject that contains both words.
    package static let variable = "TILL_CRASH_AT"

    private struct Armed {
        let point: CrashPoint
        let words: [String]
        var left: Int
    }

    private static let armed = Mutex<Armed?>(nil)

    /// Arms the point that the environment names, if any.
    package static func arm(_ environment: [String: String]) {
        guard let text = environment[variable], !text.isEmpty else { return }
        let words = text.split(separator: " ").map(String.init)
        guard words.count > 1, let point = CrashPoint(rawValue: words[0]), let left = Int(words[1])
        else { preconditionFailure("\(variable)=\(text) names no crash point") }
        armed.withLock { $0 = Armed(point: point, words: Array(words[2...]), left: left) }
    }

    /// Dies here if this point is armed and this is the passing that was meant.
    ///
    /// - Parameters:
    ///   - point: The point.
    ///   - subject: What passes it: an event's id, a step's key, an errand's name.
    package static func pass(_ point: CrashPoint, _ subject: @autoclosure () -> String = "") {
        let isMeant = armed.withLock { armed in
            guard let one = armed, one.point == point else { return false }
            let subject = subject()
            guard one.words.allSatisfy(subject.contains) else { return false }
            armed?.left -= 1
            return one.left == 1
        }
        if isMeant { kill(getpid(), SIGKILL) }
    }
}
#endif

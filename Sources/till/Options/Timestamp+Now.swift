import Foundation
import Model

extension Timestamp {
    /// The machine's wall clock.
    static let now: WallClock = {
        Timestamp(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000))
    }
}

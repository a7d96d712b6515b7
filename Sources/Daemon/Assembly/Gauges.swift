import Engine
import Foundation
import Model
import Store
import Telemetry

/// What a scraper gets beyond counters: looked up in the store and the state folder when it asks.
struct Gauges: Sendable {
    /// Counts runs.
    let reading: any RunGauging
    /// The state folder.
    let state: String
    /// Till's version.
    let version: String
    /// How the last reload went.
    let inForce: @Sendable () -> InForce
    /// The wall clock.
    let clock: WallClock

    /// The samples as of now; what the store cannot tell right now is left out.
    func samples() -> [MetricSample] {
        let rules = inForce()
        var samples = [
            MetricSample("till_build_info", [("version", version)], 1),
            MetricSample(
                "till_config_last_reload_successful",
                [],
                rules.lastReport.applied ? 1 : 0
            ),
            MetricSample(
                "till_config_last_reload_success_timestamp_seconds",
                [],
                Double(rules.lastApplied.at / 1000)
            ),
            MetricSample("till_config_generation", [], Double(rules.playbook.generation)),
            MetricSample("till_config_info", [("hash", rules.lastApplied.hash)], 1),
            MetricSample("till_database_size_bytes", [], Double(databaseBytes)),
            MetricSample("till_wal_size_bytes", [], Double(walBytes)),
        ]
        do throws(StoreFailure) {
            let open = try reading.openRuns()
            samples += [
                ("till_runs_pending", RunStatus.pending), ("till_runs_waiting", .waiting),
                ("till_runs_dead", .dead), ("till_runs_unsure", .unsure),
            ].map { MetricSample($0.0, [], Double(open.counts[$0.1] ?? 0)) }
            samples.append(
                MetricSample("till_runs_oldest_age_seconds", [], Double(age(of: open) ?? 0))
            )
            let ages = self.ages(of: open)
            samples += Self.watched.map { status in
                MetricSample(
                    "till_runs_\(status.rawValue)_oldest_age_seconds",
                    [],
                    Double(ages[status] ?? 0)
                )
            }
        } catch {
            // swallow: a store that cannot be read shows in /-/ready; the rest still counts.
        }
        return samples
    }

    /// The statuses at which a run may need a person.
    static let watched = [RunStatus.waiting, .dead, .unsure]

    /// How long ago the oldest run at each of ``watched`` was made, in seconds.
    func ages(of open: OpenRuns) -> [RunStatus: Int64] {
        open.oldestByStatus.filter { Self.watched.contains($0.key) }
            .mapValues { max(0, clock().since($0).components.seconds) }
    }

    /// How long the oldest run that still walks has been there, in seconds; nil without one.
    func age(of open: OpenRuns) -> Int64? {
        open.oldest.map { max(0, clock().since($0).components.seconds) }
    }

    /// The database file's size, in bytes.
    var databaseBytes: Int64 { size(of: "till.db") }

    /// The write-ahead log's size, in bytes.
    var walBytes: Int64 { size(of: "till.db-wal") }

    private func size(of name: String) -> Int64 {
        do {
            let about = try FileManager.default.attributesOfItem(
                atPath: PathText.join(state, name)
            )
            return (about[.size] as? NSNumber)?.int64Value ?? 0
        } catch {
            return 0  // swallow: a file that is not there has no size.
        }
    }
}

import Engine
import Model
import SQLiteStore
import Store

/// The person who runs Till: reloads, retries, restarts, and sets the clock, at random.
struct Steward {
    /// The world that is played.
    let play: Play

    private var world: World { play.world }

    /// Does this and that while events arrive.
    func work() async {
        let dice = world.dice.split()
        do {
            for _ in 0..<dice.below(6) {
                try await world.time.sleep(.milliseconds(dice.number(0...play.horizon / 3)))
                try await act(dice)
            }
        } catch {
            world.watch.violation("the steward cannot work: \(error)")
        }
    }

    private func act(_ dice: Dice) async throws {
        switch dice.below(10) {
        case 0...2: reload(dice)
        case 3...6: try await retryOne(dice)
        case 7:
            world.watch.note("the clock is set on")
            world.time.skew += dice.number(1...3_600_000)
        case 8:
            world.watch.note("asked to stop")
            play.engine?.drain()
        default: play.process?.die()
        }
    }

    private func reload(_ dice: Dice) {
        let playbook = play.house.playbooks[dice.below(play.house.playbooks.count)]
        world.watch.note("reload \(playbook.generation)")
        play.box.swap(playbook)
        play.engine?.wake()
    }

    private func retryOne(_ dice: Dice) async throws {
        let rows = try world.judge?.rows(
            """
            SELECT id, workflow, status FROM workflow_runs
            WHERE status IN ('dead', 'unsure')
                OR (status IN ('pending', 'waiting') AND phase = 'main')
            ORDER BY id
            """
        )
        guard let rows, !rows.isEmpty else { return }
        let row = rows[dice.below(rows.count)]
        if row[2] == "unsure", dice.chance(60) {
            await wish(row) { (wishes, run) async throws(StoreFailure) in
                let verdict = UnsureVerdict.allCases[dice.below(3)]
                _ = try await wishes.resolve(run, as: verdict, because: "seen", by: "cli:steward")
            }
        } else if ["told", "asked"].contains(row[1]), dice.chance(30) {
            await wish(row) { (wishes, run) async throws(StoreFailure) in
                try await wishes.cancel(run, because: "done by hand", by: "cli:steward")
            }
        } else {
            await retry(row, dice)
        }
    }

    /// Lets a run walk again: as it began or as the rules are now, from the start or from where it
    /// failed.
    private func retry(_ row: [String], _ dice: Dice, mayBeCurrent: Bool = true) async {
        await wish(row) { (wishes, run) async throws(StoreFailure) in
            try await wishes.retry(
                run,
                isCurrent: dice.chance(50) && mayBeCurrent,
                fromStart: dice.chance(50),
                by: "cli:steward"
            )
        }
    }

    /// Asks the living process for something about a run.
    private func wish(
        _ row: [String],
        _ ask: (RunWishes, RunID) async throws(StoreFailure) -> Void
    ) async {
        guard let process = play.process, let number = Int64(row[0]) else { return }
        let time = world.time
        let wishes = RunWishes(
            memory: process,
            reading: process.real.reader,
            evaluator: process.real.expressions,
            playbooks: play.box,
            clock: { time.wall }
        )
        do throws(StoreFailure) {
            try await ask(wishes, RunID(number))
        } catch {
            world.watch.note("a wish for run \(number) is refused: \(error)")
        }
    }

    /// Retries what was given up until only that is left which cannot be done.
    func mend() async {
        let dice = world.dice.split()
        do {
            for turn in 0..<8 {
                let rows = try world.judge?.rows(
                    """
                    SELECT r.id, r.workflow, r.status, e.id FROM workflow_runs AS r
                        JOIN webhook_events AS e ON e.seq = r.event_seq
                    WHERE r.status IN ('dead', 'unsure') ORDER BY r.id
                    """
                )
                let open = (rows ?? []).filter {
                    world.judge?.submitted[$0[3]]?.isImpossible != true
                }
                if open.isEmpty { return }
                // The rules of today may have no such workflow any more, however often one asks.
                for row in open { await retry(row, dice, mayBeCurrent: turn < 4) }
                await play.rest()
            }
        } catch {
            world.watch.violation("the steward cannot mend: \(error)")
        }
    }
}

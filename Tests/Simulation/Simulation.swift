import Foundation

/// Plays worlds, each from one number, and says which of them broke a promise.
@main
struct Simulation {
    /// The first seed.
    var from: UInt64 = 1
    /// How many worlds.
    var count: UInt64 = 1
    /// A bug to put in.
    var plant: Plant?
    /// Whether everything that happens is printed.
    var isTracing = false
    /// Whether each world is played twice, to see that it plays the same.
    var isTwice = false
    /// Whether every world opens what a dead process left behind, not one in four.
    var isOpening = false
    /// Whether only the bugs are listed that can be put in.
    var isListing = false
    /// The package's folder.
    var package = FileManager.default.currentDirectoryPath

    /// Worlds that may break before nothing more is played.
    private static let enough = 5

    static func main() async {
        do {
            let simulation = try Simulation(CommandLine.arguments.dropFirst())
            exit(try await simulation.play() ? 0 : 1)
        } catch {
            print("the simulation cannot be run: \(error)")
            exit(2)
        }
    }

    /// Reads the command line.
    init(_ arguments: ArraySlice<String>) throws {
        var rest = arguments
        while let name = rest.popFirst() {
            switch name {
            case "--from": from = try Self.number(name, rest.popFirst())
            case "--count": count = try Self.number(name, rest.popFirst())
            case "--package": package = rest.popFirst() ?? package
            case "--trace": isTracing = true
            case "--twice": isTwice = true
            case "--opening": isOpening = true
            case "--plants": isListing = true
            case "--plant":
                let word = rest.popFirst() ?? ""
                guard let plant = Plant(rawValue: word) else {
                    let known = Plant.allCases.map(\.rawValue).joined(separator: ", ")
                    throw Trouble("there is no bug \"\(word)\" to put in; there are \(known)")
                }
                self.plant = plant
            default: throw Trouble("\"\(name)\" is not understood")
            }
        }
    }

    private static func number(_ name: String, _ text: String?) throws -> UInt64 {
        guard let text, let number = UInt64(text) else { throw Trouble("\(name) needs a number") }
        return number
    }

    /// Plays all worlds; false where a promise was broken.
    private func play() async throws -> Bool {
        if isListing {
            for plant in Plant.allCases { print(plant.rawValue) }
            return true
        }
        let house = try await House(package: package, home: Self.folder(), plant: plant)
        let begin = ContinuousClock.now
        var broken = 0
        var played: UInt64 = 0
        for seed in from..<(from + count) {
            played += 1
            if try !isWhole(seed, house) { broken += 1 }
            if broken >= (plant == nil ? Self.enough : 1) { break }
            if played % 10_000 == 0 { print("\(played) worlds, next seed \(seed + 1)") }
        }
        let span = ContinuousClock.now - begin
        let seconds = Double(span.components.seconds) + Double(span.components.attoseconds) / 1e18
        print(
            "\(played) worlds from seed \(from), \(broken) broken, "
                + String(format: "%.1f s, %.1f ms each", seconds, seconds * 1000 / Double(played))
        )
        try await house.close()
        return broken == 0
    }

    /// Plays one world; false, with what to do, where it broke a promise.
    private func isWhole(_ seed: UInt64, _ house: House) throws -> Bool {
        let play = try play(seed, house, isTracing: isTracing)
        let watch = play.world.watch
        if isTwice {
            let again = try self.play(seed, house, isTracing: false)
            if again.world.watch.fingerprint != watch.fingerprint {
                watch.violation("the same seed played otherwise the second time")
            }
        }
        guard !watch.violations.isEmpty else { return true }
        print("seed \(seed) broke \(watch.violations.count):")
        for violation in watch.violations { print("  \(violation)") }
        let bug = (isOpening ? " --opening" : "") + (plant.map { " --plant \($0.rawValue)" } ?? "")
        print("  again: \(CommandLine.arguments[0]) --from \(seed) --trace\(bug)")
        return false
    }

    private func play(_ seed: UInt64, _ house: House, isTracing: Bool) throws -> Play {
        let world = World(seed: seed, plant: plant, isTracing: isTracing)
        world.opensFiles = world.opensFiles || isOpening
        let play = try Play(world, house)
        try play.run()
        return play
    }

    /// A folder of its own, in memory where the machine has one there.
    private static func folder() -> String {
        let shared = "/dev/shm"
        let base = FileManager.default.isWritableFile(atPath: shared) ? shared : "/tmp"
        return "\(base)/till-simulation-\(ProcessInfo.processInfo.processIdentifier)"
    }
}

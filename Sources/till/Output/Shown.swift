import Model

/// How values are shown to people.
enum Shown {
    /// A moment to the second: `2026-02-03 04:05:06Z`; a dash for none.
    static func moment(_ moment: Timestamp?) -> String {
        guard let moment else { return "-" }
        let text = moment.rfc3339
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + "Z"
    }

    /// A text, a dash for none.
    static func text(_ text: String?) -> String {
        text.flatMap { $0.isEmpty ? nil : $0 } ?? "-"
    }

    /// The beginning of a hash, enough to tell versions apart.
    static func hash(_ hash: String) -> String {
        String(hash.prefix(12))
    }

    /// A size in the unit that leaves few digits: `3.4 MiB`.
    static func size(_ bytes: Int64) -> String {
        let units = ["KiB", "MiB", "GiB", "TiB"]
        guard bytes >= 1024 else { return "\(bytes) B" }
        var tenths = bytes * 10 / 1024
        var unit = 0
        while tenths >= 10_240, unit < units.count - 1 {
            tenths /= 1024
            unit += 1
        }
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    /// A span in its two largest units: `3d 4h`, `12m 5s`.
    static func span(seconds: Int64) -> String {
        let parts = [
            (seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"),
            (seconds % 60, "s"),
        ]
        let meaning = parts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 != 0 }
        return meaning.isEmpty ? "0s" : meaning.map { "\($0.0)\($0.1)" }.joined(separator: " ")
    }

    /// Counts by word, in a given order: `12 done, 1 failed`.
    static func counts(_ counts: [String: Int], order: [String]) -> String {
        let parts = order.compactMap { word in
            counts[word].flatMap { $0 > 0 ? "\($0) \(word)" : nil }
        }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    /// Names and values under one another, values aligned.
    static func pairs(_ pairs: [(name: String, value: String)]) -> String {
        let width = pairs.map(\.name.count).max() ?? 0
        return pairs.reduce(into: "") { text, pair in
            let padding = String(repeating: " ", count: width - pair.name.count)
            text += "\(pair.name)\(padding)  \(Terminal.harmless(pair.value))\n"
        }
    }

    /// The colour of an event's status.
    static func colour(_ status: EventStatus) -> Terminal.Colour? {
        switch status {
        case .done: .green
        case .failed: .red
        case .held: .yellow
        case .received, .unmatched: nil
        }
    }

    /// The colour of a run's status.
    static func colour(_ status: RunStatus) -> Terminal.Colour? {
        switch status {
        case .succeeded: .green
        case .failed, .dead: .red
        case .unsure, .waiting: .yellow
        case .skipped: .faint
        case .pending, .running: nil
        }
    }

    /// The colour of a step's status.
    static func colour(_ status: StepStatus) -> Terminal.Colour? {
        switch status {
        case .done: .green
        case .failed: .red
        case .unsure, .waiting: .yellow
        case .skipped: .faint
        case .running: nil
        }
    }
}

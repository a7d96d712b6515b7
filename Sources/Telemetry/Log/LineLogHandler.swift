package import Logging

/// A swift-log handler whose lines go through a ``LogSink``.
package struct LineLogHandler: LogHandler {
    /// Which part of Till speaks.
    let label: String
    /// Where its lines go.
    let sink: LogSink
    /// What each of its records carries.
    package var metadata: Logger.Metadata = [:]
    /// What adds to the metadata of each record, such as a task's ids.
    package var metadataProvider: Logger.MetadataProvider?
    private var override: Logger.Level?

    /// Makes a handler.
    init(label: String, sink: LogSink) {
        self.label = label
        self.sink = sink
    }

    /// The sink's level, unless this logger was given one of its own.
    package var logLevel: Logger.Level {
        get { override ?? sink.level }
        set { override = newValue }
    }

    /// One value of the metadata.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get(), !provided.isEmpty {
            all.merge(provided) { $1 }
        }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error, all["error"] == nil { all["error"] = "\(error)" }
        sink.write(
            level: event.level,
            label: label,
            message: Scrubber.scrub(event.message.description),
            fields: Self.fields(of: all)
        )
    }

    /// The keys that stand first, in this order; all others follow by name.
    private static let leading = ["event_id", "run_id", "workflow", "step"]

    private static func fields(of metadata: Logger.Metadata) -> [(key: String, value: String)] {
        guard !metadata.isEmpty else { return [] }
        var fields: [(key: String, value: String)] = []
        fields.reserveCapacity(metadata.count)
        for key in leading {
            if let value = metadata[key] { fields.append((key, text(of: value, under: key))) }
        }
        for key in metadata.keys.sorted() where !leading.contains(key) {
            guard let value = metadata[key] else { continue }
            fields.append((reserved.contains(key) ? "\(key)_" : key, text(of: value, under: key)))
        }
        return fields
    }

    /// Names that every line has already; metadata of that name gets a line behind it.
    private static let reserved: Set<String> = ["ts", "level", "logger", "msg", "truncated"]

    private static func text(of value: Logger.MetadataValue, under key: String) -> String {
        let text = value.description
        guard Scrubber.isSecret(key: key) else { return Scrubber.scrub(text) }
        // Why: which secret matched, and how many there are, helps and harms nobody.
        return text.utf8.count <= 3 && Int(text) != nil ? text : Scrubber.mask
    }
}

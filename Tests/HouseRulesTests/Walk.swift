/// What `Package.swift` says about rooms: their order and what each may use.
struct Walk {
    /// The rooms in walking order with what each depends on, products by their module's name.
    let rooms: [(name: String, uses: Set<String>)]

    /// Modules of the toolchain that any room may import.
    static let toolchain: Set<String> = [
        "Foundation", "FoundationEssentials", "Synchronization", "Glibc", "Testing",
    ]

    /// Modules that a dependency hands on as part of its own interface.
    static let handedOn: [String: Set<String>] = [
        "Hummingbird": [
            "HTTPTypes", "HummingbirdCore", "NIOCore", "NIOHTTP1", "NIOHTTPTypes", "NIOPosix",
            "Logging",
        ],
        "HummingbirdTesting": ["HTTPTypes", "NIOCore"],
        "ServiceLifecycle": ["UnixSignals"],
    ]

    /// Modules only one room may import, however the others might come by them.
    static let onlyIn: [String: Set<String>] = [
        "CYAML": ["YAMLTree"], "CCurl": ["Outbound", "Fuzz"],
        "CSQLite": ["SQLiteStore", "Simulation"],
        "Mustache": ["Actions"], "ArgumentParser": ["till"], "ServiceLifecycle": ["Daemon"],
    ]

    /// Reads a manifest's text.
    init(manifest: String) {
        var products: [String: String] = [:]
        let product = #/let (\w+) = Target\.Dependency\.product\(\s*name: "(\w+)"/#
        for match in manifest.matches(of: product) {
            products[String(match.1)] = String(match.2)
        }
        let target = #/\.(?:target|executableTarget|testTarget|systemLibrary)\(\s*name: "(\w+)"/#
        let starts = manifest.matches(of: target)
        rooms = starts.enumerated().map { index, start in
            let end =
                index + 1 < starts.count
                ? starts[index + 1].range.lowerBound : manifest.endIndex
            let text = manifest[start.range.upperBound..<end]
            let list = text.firstMatch(of: #/dependencies: \[([^\]]*)\]/#)?.1 ?? ""
            let uses = list.split { ",\n ".contains($0) }.map { word in
                word.hasPrefix("\"")
                    ? String(word.filter { $0 != "\"" }) : products[String(word)] ?? String(word)
            }
            return (String(start.1), Set(uses))
        }
    }

    /// Rooms that depend on a room which comes later: an import upward.
    var upward: [String] {
        var seen: Set<String> = []
        let ours = Set(rooms.map(\.name))
        return rooms.flatMap { room in
            let wrong = room.uses.intersection(ours).subtracting(seen).sorted()
            seen.insert(room.name)
            return wrong.map { "\(room.name) uses \($0), which comes after it" }
        }
    }

    /// Imports of a file that its room does not declare, or that belong to another room alone.
    func findings(in source: SourceText) -> [Finding] {
        guard let room = rooms.first(where: { $0.name == source.room }) else {
            return [source.finding(0, "Package.swift names no target \"\(source.room)\"")]
        }
        let carried = room.uses.flatMap { Self.handedOn[$0] ?? [] }
        let allowed = room.uses.union(carried).union(Self.toolchain)
        let form =
            #/
            ^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:(?:package|public|internal|private|fileprivate)\s+)?
            import\s+(?:(?:struct|class|enum|func|protocol|typealias|var|let)\s+)?(\w+)
            /#
        return source.code.indices.compactMap { index in
            guard let module = source.code[index].firstMatch(of: form)?.1 else { return nil }
            if let homes = Self.onlyIn[String(module)], !homes.contains(room.name) {
                return source.finding(index, "only \(homes.sorted()) may import \(module)")
            }
            guard !allowed.contains(String(module)) else { return nil }
            return source.finding(index, "\(room.name) does not depend on \(module)")
        }
    }
}

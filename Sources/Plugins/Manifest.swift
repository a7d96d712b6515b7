import Model
import YAMLTree

/// What `plugin.yaml` says.
struct Manifest {
    /// The plugin's name.
    let name: String
    /// One sentence for people.
    let summary: String
    /// The executor; nil after a mistake.
    let kind: Plugin.Kind?
    /// Where `kind` stands.
    let kindPlace: SourcePlace
    /// The inputs in the order written.
    let inputs: [Plugin.Input]
    /// The outputs in the order written.
    let outputs: [Plugin.Output]

    /// A key of the manifest with what it is for.
    typealias Key = (name: String, description: String)

    /// The keys of the file.
    static let keys: [Key] = [
        ("name", "The plugin's name, which is the folder's name: what `uses` says."),
        ("summary", "What it does, in one sentence."),
        ("kind", "Which of the built-in executors performs it."),
        ("inputs", "What `with` may and must give, by name."),
        ("outputs", "What it leaves behind for later steps: name and one sentence each."),
    ]

    /// The keys of one input.
    static let inputKeys: [Key] = [
        ("type", "What a value must be. Default: text."),
        ("required", "Whether `with` must give it. Default: false."),
        ("default", "What holds when `with` does not give it. Default: NULL."),
        ("choices", "The words it may be; only for text."),
        ("unit", "The unit of a number, such as minor unit."),
        ("description", "What it is for, in one sentence."),
    ]

    /// Names that every effect gets beside the inputs.
    ///
    /// Source: `EffectCall.parameters`.
    static let standardParameters = [
        "event_id", "event_type", "event_created", "run_id", "step_id", "idempotency_key", "now",
        "reason",
    ]

    /// Reads the manifest's root.
    init(_ root: Node, folder: String, noting mistakes: MistakeList) {
        let reader = MappingReader(
            root,
            as: "a plugin",
            keys: Self.keys.map(\.name),
            noting: mistakes
        )
        let folderName = folder.split(separator: "/").last.map(String.init) ?? folder
        name = reader.text("name", required: true) ?? folderName
        if !PlainName.fits(name, signs: "-", upTo: 64) {
            reader.note(
                "\"\(name)\" is no plugin's name; write small letters, digits and \"-\"",
                at: "name"
            )
        } else if name != folderName {
            reader.note(
                "the plugin is called \"\(name)\", its folder \"\(folderName)\"; "
                    + "give both one name",
                at: "name"
            )
        }
        summary = reader.text("summary", required: true) ?? ""
        kind = reader.choice("kind", required: true)
        kindPlace = reader.place(of: "kind")
        inputs = (reader.pairs("inputs") ?? []).compactMap {
            Self.input($0, noting: mistakes)
        }
        outputs = (reader.pairs("outputs") ?? []).compactMap { pair in
            ScalarReader.text(pair.value, of: pair.key, noting: mistakes).map {
                Plugin.Output(name: pair.key, description: $0)
            }
        }
    }

    private static func input(_ pair: Node.Pair, noting mistakes: MistakeList) -> Plugin.Input? {
        let reader = MappingReader(
            pair.value,
            as: "the input \"\(pair.key)\"",
            keys: inputKeys.map(\.name),
            noting: mistakes
        )
        checkName(pair, noting: mistakes)
        let type = reader.has("type") ? reader.choice("type", of: Plugin.ValueType.self) : .text
        let required = reader.boolean("required") ?? false
        let choices = reader.texts("choices")?.map(\.text) ?? []
        let unit = reader.text("unit")
        let description = reader.text("description", required: true)
        guard let type, let description else { return nil }
        if !choices.isEmpty, type != .text {
            reader.note("only an input of type text can have choices; remove them", at: "choices")
        }
        let bare = Plugin.Input(
            name: pair.key,
            type: type,
            required: required,
            choices: choices,
            unit: unit,
            description: description
        )
        guard let node = reader.node("default") else { return bare }
        if required {
            reader.note(
                "a required input is always given; remove \"default\" or \"required\"",
                at: "default"
            )
        }
        guard let value = bare.literal(node, noting: mistakes) else { return nil }
        return Plugin.Input(
            name: pair.key,
            type: type,
            required: required,
            default: value,
            choices: choices,
            unit: unit,
            description: description
        )
    }

    private static func checkName(_ pair: Node.Pair, noting mistakes: MistakeList) {
        let parameter = pair.key.split(separator: "-").joined(separator: "_")
        if !isName(pair.key) {
            mistakes.note(
                "\"\(pair.key)\" is no input's name; write small letters, digits and \"-\", "
                    + "like if-missing",
                at: pair.keyPlace
            )
        } else if standardParameters.contains(parameter) {
            mistakes.note(
                "every effect has a parameter :\(parameter) already; "
                    + "give the input another name",
                at: pair.keyPlace
            )
        }
    }

    /// Whether a text is words of small letters and digits with hyphens between, a letter first.
    private static func isName(_ text: String) -> Bool {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let words = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return text.utf8.first.map(letters.contains) == true
            && words.allSatisfy { word in
                !word.isEmpty && word.allSatisfy { letters.contains($0) || digits.contains($0) }
            }
    }
}

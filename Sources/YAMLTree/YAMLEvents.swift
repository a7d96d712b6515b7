import CYAML

/// libyaml's parser over one text: events one by one, released when this goes.
final class YAMLEvents {
    /// A place as libyaml counts it: both from 0, columns in Unicode scalars.
    struct Mark {
        /// The line, from 0.
        let line: Int
        /// The column, from 0.
        let column: Int

        /// Takes over what libyaml says.
        init(_ mark: yaml_mark_t) {
            line = Int(mark.line)
            column = Int(mark.column)
        }
    }

    /// One event, copied out of libyaml's memory.
    enum Event {
        /// `*name`.
        case alias
        case scalar(Node.Scalar)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
        case documentStart, streamEnd
        /// Nothing that a reader needs to know.
        case other
    }

    /// An event with what stands before it.
    struct Item {
        /// What it is.
        let event: Event
        /// Where its first character stands.
        let start: Mark
        /// The tag that was written, or nil.
        let tag: String?
        /// The anchor that was written (`&name`), or the name an alias refers to.
        let anchor: String?
    }

    /// Why libyaml could not go on, in its own words.
    struct Failure: Error {
        /// What it found.
        let problem: String
        /// Where it found that.
        let mark: Mark
        /// What it was doing, such as `while parsing a block mapping`.
        let context: String?
        /// Where it began doing that.
        let contextMark: Mark
    }

    // Why: libyaml keeps pointers into the parser and the text, so both need an address that stays.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeMutableBufferPointer<UInt8>

    /// Starts parsing that text; nil when there is no memory for it.
    init?(_ text: String) {
        parser = .allocate(capacity: 1)
        bytes = .allocate(capacity: text.utf8.count)
        _ = bytes.initialize(from: text.utf8)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.initialize(to: yaml_parser_t())
            return nil
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        bytes.deallocate()
    }

    /// The next event.
    func next() throws(Failure) -> Item {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        let start = Mark(event.start_mark)
        switch event.type {
        case YAML_ALIAS_EVENT:
            return Item(
                event: .alias,
                start: start,
                tag: nil,
                anchor: Self.text(event.data.alias.anchor)
            )
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            return Item(
                event: .scalar(Self.scalar(scalar)),
                start: start,
                tag: Self.text(scalar.tag),
                anchor: Self.text(scalar.anchor)
            )
        case YAML_SEQUENCE_START_EVENT:
            let opening = event.data.sequence_start
            return Item(
                event: .sequenceStart,
                start: start,
                tag: Self.text(opening.tag),
                anchor: Self.text(opening.anchor)
            )
        case YAML_MAPPING_START_EVENT:
            let opening = event.data.mapping_start
            return Item(
                event: .mappingStart,
                start: start,
                tag: Self.text(opening.tag),
                anchor: Self.text(opening.anchor)
            )
        default:
            return Item(event: Self.plain(event.type), start: start, tag: nil, anchor: nil)
        }
    }

    private static func plain(_ type: yaml_event_type_t) -> Event {
        switch type {
        case YAML_SEQUENCE_END_EVENT: .sequenceEnd
        case YAML_MAPPING_END_EVENT: .mappingEnd
        case YAML_DOCUMENT_START_EVENT: .documentStart
        case YAML_STREAM_END_EVENT: .streamEnd
        default: .other
        }
    }

    private static func scalar(
        _ scalar: yaml_event_s.__Unnamed_union_data.__Unnamed_struct_scalar
    ) -> Node.Scalar {
        let text = String(
            decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length),
            as: UTF8.self
        )
        let style = scalar.style
        return Node.Scalar(
            text: text,
            isPlain: style == YAML_PLAIN_SCALAR_STYLE,
            isBlock: style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE
        )
    }

    private static func text(_ bytes: UnsafeMutablePointer<UInt8>?) -> String? {
        bytes.map { String(cString: $0) }
    }

    private func failure() -> Failure {
        let state = parser.pointee
        var mark = Mark(state.problem_mark)
        if state.error == YAML_READER_ERROR { mark = place(ofByte: Int(state.problem_offset)) }
        return Failure(
            problem: state.problem.map { String(cString: $0) } ?? "no memory left",
            mark: mark,
            context: state.context.map { String(cString: $0) },
            contextMark: Mark(state.context_mark)
        )
    }

    /// A reader error names a byte instead of a mark.
    private func place(ofByte offset: Int) -> Mark {
        let before = String(decoding: bytes.prefix(offset), as: UTF8.self)
        let lines = before.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        var mark = yaml_mark_t()
        mark.line = lines.count - 1
        mark.column = lines.last?.unicodeScalars.count ?? 0
        return Mark(mark)
    }
}

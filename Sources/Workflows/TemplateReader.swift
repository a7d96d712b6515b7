import Model
import Plugins
import YAMLTree

/// Reads what stands under `with` and `once-per`: literals, expressions, texts around them.
struct TemplateReader {
    /// Checks the expressions.
    let expressions: ExpressionReader
    /// Resolves the secrets.
    let secrets: SecretResolver
    /// Where mistakes are noted.
    let mistakes: MistakeList

    /// Makes a reader for one file.
    init(expressions: ExpressionReader, secrets: SecretResolver, noting mistakes: MistakeList) {
        self.expressions = expressions
        self.secrets = secrets
        self.mistakes = mistakes
    }

    /// What an expression in a template may read.
    struct Scope {
        /// Whose outputs.
        let visible: StepNames.Visible
        /// The workflow's steps.
        let names: StepNames?
    }

    /// The template of `once-per`.
    func businessKey(_ node: Node) -> Template? {
        guard ScalarReader.text(node, of: "once-per", noting: mistakes) != nil,
            let template = scalar(node, Scope(visible: .none, names: nil), literal: { .text($0) })
        else { return nil }
        if case .text(let parts) = template,
            parts.contains(where: { if case .secret = $0 { true } else { false } })
        {
            mistakes.note("\"once-per\" is kept on record; leave secrets out of it", at: node.place)
        } else if template.expressions.isEmpty {
            mistakes.note(
                "\"once-per\" is the same for every event: the workflow would run only once; "
                    + "write an expression like ${{ object ->> 'id' }}",
                at: node.place
            )
        }
        return template
    }

    /// The template of one input; nil after a mistake.
    func input(_ node: Node, for input: Plugin.Input, _ scope: Scope) -> Template? {
        if input.type == .json { return json(node, scope) }
        guard node.scalar != nil, !node.isNull else {
            return input.literal(node, noting: mistakes).map(Template.literal)
        }
        let template = scalar(node, scope) { text in
            guard let scalar = node.scalar else { return nil }
            let plain = Node.Scalar(
                text: text,
                isPlain: scalar.isPlain,
                isBlock: scalar.isBlock
            )
            return input.literal(Node(.scalar(plain), at: node.place), noting: mistakes)
        }
        if case .text = template, input.type != .text {
            mistakes.note(
                "\"\(input.name)\" must be \(input.type.words), not a text around an expression; "
                    + "write exactly one \"${{ }}\"",
                at: node.place
            )
        }
        return template
    }

    /// Nested YAML; without any expression it is one literal.
    func json(_ node: Node, _ scope: Scope) -> Template? {
        switch node.content {
        case .scalar(let written):
            return scalar(node, scope) { text in
                Node.Scalar(text: text, isPlain: written.isPlain, isBlock: written.isBlock)
                    .jsonValue
            }
        case .sequence(let items):
            let templates = items.map { json($0, scope) }
            let known = templates.compactMap(\.self)
            guard known.count == items.count else { return nil }
            let values = known.compactMap(\.literalValue)
            guard values.count == known.count else { return .array(known) }
            return .literal(.json("[" + values.map(\.asJSON).joined(separator: ",") + "]"))
        case .mapping(let pairs):
            let templates = pairs.map { json($0.value, scope) }
            let known = templates.compactMap(\.self)
            guard known.count == pairs.count else { return nil }
            let values = known.compactMap(\.literalValue)
            let keys = pairs.map(\.key)
            guard values.count == known.count else {
                return .object(zip(keys, known).map { (key: $0, value: $1) })
            }
            return .literal(.json(Fields(zip(keys, values).map { (name: $0, value: $1) }).json))
        }
    }

    /// A scalar split into its pieces.
    ///
    /// - Parameters:
    ///   - node: The scalar.
    ///   - scope: What its expressions may read.
    ///   - literal: Types a text without expressions; nil after a mistake.
    /// - Returns: The template, or nil after a mistake.
    private func scalar(
        _ node: Node,
        _ scope: Scope,
        literal: (String) -> Value?
    ) -> Template? {
        guard let scalar = node.scalar else { return nil }
        var pieces: [TemplateText.Piece]
        do throws(TemplateText.Problem) {
            pieces = try TemplateText.split(scalar.text)
        } catch {
            mistakes.note(
                error.message,
                at: mistakes.file.place(in: node, offset: error.offset)
            )
            return nil
        }
        if scalar.isBlock, pieces.count == 2, pieces[1] == .literal("\n") { pieces.removeLast() }
        guard let first = pieces.first else { return literal("").map(Template.literal) }
        if pieces.count == 1 {
            switch first {
            case .literal(let text): return literal(text).map(Template.literal)
            case .expression(let sql, let offset):
                return expression(sql, offset, node, scope).map(Template.expression)
            case .secret: break
            }
        }
        let parts = pieces.map { part($0, node, scope) }
        let known = parts.compactMap(\.self)
        return known.count == parts.count ? .text(known) : nil
    }

    private func part(
        _ piece: TemplateText.Piece,
        _ node: Node,
        _ scope: Scope
    ) -> Template.Part? {
        switch piece {
        case .literal(let text): return .literal(text)
        case .expression(let sql, let offset):
            return expression(sql, offset, node, scope).map(Template.Part.expression)
        case .secret(let reference, let offset):
            do throws(SecretMistake) {
                return .secret(reference: reference, try secrets.secret(reference))
            } catch {
                mistakes.note(
                    error.description,
                    at: mistakes.file.place(in: node, offset: offset)
                )
                return nil
            }
        }
    }

    private func expression(
        _ sql: String,
        _ offset: Int,
        _ node: Node,
        _ scope: Scope
    ) -> Expression? {
        expressions.expression(
            sql,
            offset: offset,
            in: node,
            visible: scope.visible,
            names: scope.names
        )
    }
}

extension Template {
    /// The value of a literal, or nil for anything else.
    fileprivate var literalValue: Value? {
        if case .literal(let value) = self { value } else { nil }
    }
}

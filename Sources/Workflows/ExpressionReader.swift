import Model
import Store
import YAMLTree

/// Checks expressions and notes what is wrong at the very character.
struct ExpressionReader {
    /// Judges them over the tables.
    let checking: any SQLChecking
    /// Where mistakes are noted.
    let mistakes: MistakeList

    /// Makes a reader for one file.
    init(checking: any SQLChecking, noting mistakes: MistakeList) {
        self.checking = checking
        self.mistakes = mistakes
    }

    /// The expression of `when` or `if`, whose braces may be left out.
    func condition(
        _ node: Node,
        of key: String,
        visible: StepNames.Visible,
        names: StepNames? = nil
    ) -> Expression? {
        guard let text = ScalarReader.text(node, of: key, noting: mistakes) else { return nil }
        guard text.contains("${") else {
            return expression(text, offset: 0, in: node, visible: visible, names: names)
        }
        let pieces: [TemplateText.Piece]
        do throws(TemplateText.Problem) {
            pieces = try TemplateText.split(text)
        } catch {
            mistakes.note(
                error.message,
                at: mistakes.file.place(in: node, offset: error.offset)
            )
            return nil
        }
        let spoken = pieces.filter { piece in
            guard case .literal(let text) = piece else { return true }
            return text.contains { !$0.isWhitespace }
        }
        guard spoken.count == 1, case .expression(let sql, let offset) = spoken[0] else {
            mistakes.note(
                "\"\(key)\" is one expression; write it without braces, or all of it inside one "
                    + "\"${{ }}\"",
                at: node.place
            )
            return nil
        }
        return expression(sql, offset: offset, in: node, visible: visible, names: names)
    }

    /// One expression that stands somewhere in a scalar.
    ///
    /// - Parameters:
    ///   - text: Its SQL, with blanks around it.
    ///   - offset: Where that begins, in bytes of the scalar's text.
    ///   - node: The scalar.
    ///   - visible: Whose outputs it may read.
    ///   - names: The workflow's steps; nil where none has run.
    /// - Returns: The expression, or nil after a mistake.
    func expression(
        _ text: String,
        offset: Int,
        in node: Node,
        visible: StepNames.Visible,
        names: StepNames?
    ) -> Expression? {
        let (sql, lead) = ExpressionText.core(text)
        func place(_ inside: Int) -> SourcePlace {
            mistakes.file.place(in: node, offset: offset + lead + inside)
        }
        if let problem = ExpressionText.problem(in: sql) {
            mistakes.note(problem.message, at: place(problem.offset))
            return nil
        }
        let expression = Expression(sql, at: place(0))
        if let problem = checking.problem(in: expression) {
            mistakes.note(problem.message + hint(problem.message), at: place(problem.offset ?? 0))
            return nil
        }
        for reference in ExpressionText.stepReferences(in: sql) {
            let names = names ?? StepNames(main: [], failure: [], noting: mistakes)
            if let problem = names.problem(reading: reference.id, from: visible) {
                mistakes.note(problem, at: place(reference.offset))
            }
        }
        return expression
    }

    /// The name in scope that SQLite's unknown column probably means.
    private func hint(_ message: String) -> String {
        let prefix = "no such column: "
        guard message.hasPrefix(prefix), !message.contains(";") else { return "" }
        let name = String(message.dropFirst(prefix.count))
        let hint = Suggestion.hint(for: name, among: ExpressionScope.columns)
        return hint.isEmpty
            ? "; there are \(ExpressionScope.columns.joined(separator: ", "))" : hint
    }
}

import Model
import YAMLTree

/// Looks a mustache text over before it is used: its tags, its names, and where values would land.
struct TemplateCheck {
    /// What is wrong.
    private(set) var mistakes: [Mistake] = []
    /// Names that must have a value.
    private(set) var needed: Set<String> = []
    /// Names whose values are whole URLs.
    private(set) var urls: Set<String> = []

    private let file: SourceFile
    private let part: MailPart
    private let names: TemplateNames
    private var open: [Section] = []
    private var html = HTMLPlace()

    /// A section that is not closed yet.
    private struct Section {
        let tag: TemplateTag
        /// Where in the HTML it begins; it may be left out or repeated, so it must end there.
        let context: AnyHashable

        var name: String { tag.name }
        var kind: TemplateTag.Kind { tag.kind }
    }

    /// Sections inside each other; the library reads and renders them by recursion.
    private static let depth = 32

    /// Makes a check.
    init(_ file: SourceFile, part: MailPart, names: TemplateNames) {
        self.file = file
        self.part = part
        self.names = names
    }

    /// Does it.
    mutating func run() {
        let (tags, rest) = TemplateTag.all(in: file.text)
        for tag in tags {
            if part == .html { html.pass(tag.textBefore) }
            check(tag)
        }
        if part == .html { html.pass(rest) }
        for tag in open.map(\.tag) {
            note("the section \"\(tag.name)\" is never closed; add {{/\(tag.name)}}", tag)
        }
        let literal = tags.map { String($0.textBefore) }.joined() + rest
        if tags.isEmpty, literal.allSatisfy(\.isWhitespace) {
            mistakes.append(file.mistake("the template is empty", at: file.place(1, 1)))
        }
    }

    private mutating func check(_ tag: TemplateTag) {
        switch tag.kind {
        case .comment: break
        case .unclosed: note("\"{{\" is never closed; add \"}}\"", tag)
        case .foreign("{"), .foreign("&"):
            note(
                "a value is never put in unescaped; write {{\(tag.name)}} with two braces",
                tag
            )
        case .foreign(let sign):
            note("mail templates have no {{\(sign) tags; write out what is meant", tag)
        case .section, .inverted:
            checkName(tag)
            open.append(Section(tag: tag, context: AnyHashable(html.context)))
            if open.count == Self.depth + 1 {
                note("more than \(Self.depth) sections inside each other; make it flatter", tag)
            }
        case .close:
            guard let last = open.popLast() else {
                return note("there is no section \"\(tag.name)\" to close here", tag)
            }
            if last.name != tag.name {
                note("the section \"\(last.name)\" must be closed before \"\(tag.name)\"", tag)
            } else if part == .html, last.context != AnyHashable(html.context) {
                note(
                    "the section \"\(tag.name)\" begins and ends in different places of the HTML; "
                        + "put both ends into the text or into the same value",
                    tag
                )
            }
        case .variable:
            checkName(tag)
            checkPlace(tag)
        }
    }

    /// Inside a section over data of one's own, names may belong to that data.
    private var isInOpenData: Bool {
        open.contains { section in
            if case .section = section.kind { names.isOpen(section.name) } else { false }
        }
    }

    private mutating func checkName(_ tag: TemplateTag) {
        if isInOpenData { return }
        if let problem = names.problem(with: tag.name) { return note(problem, tag) }
        guard case .variable = tag.kind else { return }
        // The section stands for the name itself or for what it lies below.
        let isGuarded = open.contains { tag.name == $0.name || tag.name.hasPrefix($0.name + ".") }
        if !isGuarded { needed.insert(tag.name) }
    }

    private mutating func checkPlace(_ tag: TemplateTag) {
        guard part == .html else { return }
        switch html.verdict {
        case .fine: break
        case .url where isInOpenData:
            note(
                "a URL out of \"\(tag.name)\" cannot be checked inside this section; name it in "
                    + "full outside of it, or write https:// before it",
                tag
            )
        case .url: urls.insert(tag.name)
        case .forbidden(let place):
            note("a value cannot stand \(place); put it into the text or a quoted attribute", tag)
        }
    }

    private mutating func note(_ message: String, _ tag: TemplateTag) {
        mistakes.append(file.mistake(message, at: file.place(tag.line, tag.column)))
    }
}

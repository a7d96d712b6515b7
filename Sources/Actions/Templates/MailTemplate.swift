import Model
import Mustache
import YAMLTree

/// One mustache text of a mail, checked: subject, text or HTML in one locale.
struct MailTemplate: Sendable {
    /// Names that must have a value, because they stand outside a section over themselves.
    let needed: Set<String>
    /// Names whose values are whole URLs.
    let urls: Set<String>
    private let part: MailPart
    private let mustache: MustacheTemplate

    /// Turns the library's own escaping off.
    ///
    /// Why: it escapes character by character, and a quote followed by a combining mark is one
    /// character that it does not know; ``escaped(_:)`` goes by scalars.
    private static let pragma = "{{% CONTENT_TYPE:TEXT}}\n"

    /// Reads and checks a text.
    ///
    /// - Parameters:
    ///   - file: The text and its path.
    ///   - part: Which of the three it is.
    ///   - names: What it may use.
    /// - Throws: Every mistake found.
    init(_ file: SourceFile, part: MailPart, names: TemplateNames) throws(Mistakes) {
        var check = TemplateCheck(file, part: part, names: names)
        check.run()
        if !check.mistakes.isEmpty { throw Mistakes(check.mistakes) }
        self.part = part
        needed = check.needed
        urls = check.urls
        do {
            mustache = try MustacheTemplate(string: Self.pragma + file.text)
        } catch let error as MustacheTemplate.ParserError {
            let place = file.place(
                max(1, error.context.lineNumber - 1),
                max(1, error.context.columnNumber)
            )
            throw Mistakes([file.mistake("the template cannot be read: \(error.error)", at: place)])
        } catch {
            throw Mistakes([
                file.mistake("the template cannot be read: \(error)", at: file.place(1, 1))
            ])
        }
    }

    /// The text with its values.
    ///
    /// - Parameters:
    ///   - values: What the names stand for.
    ///   - isRightToLeft: Whether the language runs from right to left.
    /// - Returns: The text; for HTML every value is escaped.
    func render(_ values: TemplateValue, isRightToLeft: Bool) -> String {
        switch part {
        case .html: return mustache.render(values.rendered(Self.escaped))
        case .text, .subject:
            let isolate = isRightToLeft
            return mustache.render(values.rendered { isolate ? Self.isolated($0) : $0 })
        }
    }

    /// Escapes what has a meaning in HTML, scalar by scalar.
    static func escaped(_ text: String) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "&": out += "&amp;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\0": out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Shields a value from the direction of the text around it (UAX #9, first strong isolate).
    ///
    /// A URL is left bare: mail programs would take the mark at its end for a part of it.
    private static func isolated(_ text: String) -> String {
        text.hasPrefix("https://") ? text : "\u{2068}\(text)\u{2069}"
    }
}

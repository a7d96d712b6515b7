import Model
import YAMLTree

/// All mails that a plugin folder can write.
///
/// Source: `templates/TEMPLATE/LOCALE.{subject,text,html}.mustache`.
struct TemplateCatalogue: Sendable {
    /// One mail in one locale.
    struct Edition: Sendable {
        /// The locale, as its files are named.
        let locale: String
        /// Its three texts.
        let parts: [MailPart: MailTemplate]

        /// Names that must have a value.
        var needed: Set<String> { parts.values.reduce(into: []) { $0.formUnion($1.needed) } }
        /// Names whose values are whole URLs.
        var urls: Set<String> { parts.values.reduce(into: []) { $0.formUnion($1.urls) } }
    }

    private let editions: [String: [String: Edition]]
    private let defaultLocale: String

    /// The names of the templates, sorted.
    var names: [String] { editions.keys.sorted() }

    /// Reads and checks every template of a plugin.
    ///
    /// - Parameters:
    ///   - folder: The plugin's path, for messages.
    ///   - files: Its files.
    ///   - names: What templates may use.
    ///   - defaultLocale: What every template must have.
    /// - Throws: Every mistake found.
    init(
        folder: String,
        files: [(path: String, text: String)],
        names: TemplateNames,
        defaultLocale: String
    ) throws(Mistakes) {
        var mistakes: [Mistake] = []
        var found: [String: [String: [MailPart: MailTemplate]]] = [:]
        var seen: [String: [String: Set<MailPart>]] = [:]
        for (path, text) in files where path.hasPrefix("templates/") {
            let file = SourceFile(path: "\(folder)/\(path)", text: text)
            guard let (template, locale, part) = Self.parse(path) else {
                mistakes.append(
                    file.mistake(
                        "this is no file of a template; name it "
                            + "templates/NAME/LOCALE.subject.mustache, .text.mustache or "
                            + ".html.mustache",
                        at: file.place(1, 1)
                    )
                )
                continue
            }
            seen[template, default: [:]][locale, default: []].insert(part)
            do throws(Mistakes) {
                let mail = try MailTemplate(file, part: part, names: names)
                found[template, default: [:]][locale, default: [:]][part] = mail
            } catch {
                mistakes += error.all
            }
        }
        mistakes += Self.gaps(in: seen, folder: folder, defaultLocale: defaultLocale)
        if !mistakes.isEmpty { throw Mistakes(mistakes) }
        self.defaultLocale = defaultLocale.lowercased()
        editions = found.mapValues { locales in
            Dictionary(
                uniqueKeysWithValues: locales.map { locale, parts in
                    (locale.lowercased(), Edition(locale: locale, parts: parts))
                }
            )
        }
    }

    /// The mail for a recipient's locale: the locale, then its language, then the default.
    ///
    /// - Parameters:
    ///   - template: The template's name.
    ///   - locale: What was asked for; what is no locale counts as none.
    /// - Returns: The edition, or nil when there is no such template.
    func edition(of template: String, for locale: String) -> Edition? {
        guard let locales = editions[template] else { return nil }
        let asked = locale.lowercased().replacing("_", with: "-")
        var parts = asked.split(separator: "-")
        while !parts.isEmpty {
            if let edition = locales[parts.joined(separator: "-")] { return edition }
            parts.removeLast()
        }
        return locales[defaultLocale]
    }

    /// What is wrong with the name of a template, or nil.
    func problem(with template: String) -> String? {
        guard editions[template] == nil else { return nil }
        return "there is no template \"\(template)\"" + Suggestion.hint(for: template, among: names)
            + (names.isEmpty ? "" : "; there are \(names.joined(separator: ", "))")
    }

    private static func parse(_ path: String) -> (String, String, MailPart)? {
        let parts = path.split(separator: "/")
        guard parts.count == 3 else { return nil }
        let name = parts[2].split(separator: ".", omittingEmptySubsequences: false)
        guard name.count == 3, name[2] == "mustache",
            let part = MailPart(rawValue: String(name[1])),
            isLocale(name[0])
        else { return nil }
        return (String(parts[1]), String(name[0]), part)
    }

    /// Letters, digits and hyphens only: a locale may come from an event and ends in a path's name.
    private static func isLocale(_ text: Substring) -> Bool {
        (2...35).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D: true
                default: false
                }
            }
    }

    private static func gaps(
        in seen: [String: [String: Set<MailPart>]],
        folder: String,
        defaultLocale: String
    ) -> [Mistake] {
        var mistakes: [Mistake] = []
        for (template, locales) in seen {
            var wanted = locales
            if !locales.keys.contains(where: { $0.lowercased() == defaultLocale.lowercased() }) {
                wanted[defaultLocale] = []
            }
            for (locale, parts) in wanted {
                for part in MailPart.allCases where !parts.contains(part) {
                    let path = "\(folder)/templates/\(template)/\(locale).\(part).mustache"
                    mistakes.append(
                        Mistake(
                            "this file is missing; every template has subject, text and html in "
                                + "each of its locales and in the default one (\(defaultLocale))",
                            at: SourcePlace(file: path, line: 1, column: 1)
                        )
                    )
                }
            }
        }
        return mistakes
    }
}

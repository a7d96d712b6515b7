import Model
import YAMLTree

@testable import Actions

/// A mail's template and the values in it: no value leaves the place where the template put it.
enum TemplateTarget {
    private static let names = TemplateNames(
        plain: ["a", "b"],
        groups: ["shop": ["name", "url"]],
        open: ["d"]
    )
    private static let hostile = [
        "\"><script>x</script>", "' onmouseover='x", " x=y ", "javascript:x", "-->", "{{b}}",
        "</title><b>", "\u{301}\"", "]]>", "`x`", "&lt;", "\\\"", "\0<", "https://example.com/x",
    ]

    /// Runs a template through it; the first two bytes choose the values.
    static func run(_ text: String) throws(Broken) {
        var bytes = text.utf8[...]
        guard let shape = bytes.popFirst(), let choice = bytes.popFirst() else { return }
        let source = String(Substring(bytes))
        guard !source.unicodeScalars.contains(where: { (0xE000...0xE001).contains($0.value) })
        else { return }
        let value = hostile[Int(choice) % hostile.count]
        for part in MailPart.allCases {
            guard let template = template(source, part) else { continue }
            let marked = values(shape, mark(value))
            let output = template.render(marked, isRightToLeft: shape & 0x40 != 0)
            guard part == .html else { continue }
            // Links are checked without marks, which no URL may hold; all values are one text.
            let isRefused = refuses(template.urls, values(shape, value))
            try judge(output, linksMayStand: isRefused || value.hasPrefix("https://"))
        }
    }

    /// Whether a mail with these links would not be written.
    private static func refuses(_ urls: Set<String>, _ values: TemplateValue) -> Bool {
        do throws(MailMistake) {
            try EmailAction.checkLinks(urls, in: values)
            return false
        } catch {
            return true
        }
    }

    private static func template(_ text: String, _ part: MailPart) -> MailTemplate? {
        let file = SourceFile(path: "x.html.mustache", text: text)
        do throws(Mistakes) {
            return try MailTemplate(file, part: part, names: names)
        } catch {
            return nil
        }
    }

    /// Values of a shape: what is there, and what `d` is.
    private static func values(_ shape: UInt8, _ text: String) -> TemplateValue {
        let value = TemplateValue.text(text)
        let group = TemplateValue.group(["a": value, "x": value, "y": .flag(shape & 1 != 0)])
        let data: [TemplateValue?] = [
            nil, value, .list([value, .list([value, value])]), .list([group, .group([:]), group]),
            group, .list([]), .flag(true), .group(["x": .list([group]), "d": group]),
        ]
        var all: [String: TemplateValue] = ["shop": .group(["name": value, "url": value])]
        if shape & 1 != 0 { all["a"] = value }
        if shape & 2 != 0 { all["b"] = shape & 4 != 0 ? value : .flag(shape & 8 != 0) }
        all["d"] = data[Int(shape >> 3) & 7]
        return .group(all)
    }

    private static func mark(_ text: String) -> String {
        var marked = ""
        marked.unicodeScalars.append(HTMLJudge.begin)
        marked += text
        marked.unicodeScalars.append(HTMLJudge.end)
        return marked
    }

    /// Judges where the values came to stand.
    ///
    /// - Parameters:
    ///   - html: What was rendered.
    ///   - linksMayStand: Whether a value may be a whole URL: it is one, or no mail is written.
    /// - Throws: ``Broken`` when one is not where the template put it.
    private static func judge(_ html: String, linksMayStand: Bool) throws(Broken) {
        let read = HTMLJudge(html)
        let begun = html.unicodeScalars.count { $0 == HTMLJudge.begin }
        try Broken.unless(read.places.count == begun, "a value is cut: \(html)")
        for (begin, end) in read.places {
            switch (begin, end) {
            case (.text, .text): continue
            case (.raw(let name), .raw(let other)) where name == other:
                try Broken.unless(
                    name != "script" && name != "style",
                    "a value stands in \(name): \(html)"
                )
            case (.attribute(let name, let before), .attribute(let other, _)) where name == other:
                try judge(name, before, html, linksMayStand)
            default: throw Broken("a value goes from \(begin) to \(end): \(html)")
            }
        }
    }

    private static func judge(
        _ name: String,
        _ before: String,
        _ html: String,
        _ linksMayStand: Bool
    ) throws(Broken) {
        try Broken.unless(
            name != "style" && name != "srcdoc" && !name.hasPrefix("on"),
            "a value stands in the attribute \(name): \(html)"
        )
        guard ["href", "src", "action", "formaction", "xlink:href"].contains(name) else { return }
        let start = before.drop { $0.isWhitespace }.lowercased()
        let isSettled = ["https://", "mailto:", "tel:"].contains { start.hasPrefix($0) }
        // A list stands with commas between its texts.
        let isWhole = before.replacing(", ", with: "").isEmpty
        try Broken.unless(
            isSettled || isWhole && linksMayStand,
            "a value is a URL that nobody judges: \(html)"
        )
    }
}

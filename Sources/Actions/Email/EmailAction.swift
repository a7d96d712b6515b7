import Model
import Outbound
import Plugins

/// Sends one mail from a template.
struct EmailAction: Action {
    /// The plugin's manifest.
    let plugin: Plugin
    /// Sender, shop, default locale.
    let settings: MailSettings
    /// The templates.
    let catalogue: TemplateCatalogue
    /// How mails leave.
    let transport: any MailTransport
    /// The time for the Date field.
    let now: WallClock

    func problem(input: String, literal: Value) -> String? {
        guard case .text(let text) = literal else { return nil }
        switch input {
        case "template": return catalogue.problem(with: text)
        case "to", "reply-to":
            do throws(MailMistake) {
                _ =
                    try input == "to"
                    ? MailAddress.checked(text) : MailAddress(parsing: text).address
                return nil
            } catch {
                return error.description
            }
        default: return nil
        }
    }

    func perform(_ call: ActionCall) async -> StepOutcome {
        let mail: OutgoingMail
        do throws(MailMistake) {
            mail = try compose(call)
        } catch {
            let reason = Self.discreet("\(error)", call)
            return .failed(StepFailure(reason, fault: .operator, isFinal: true))
        }
        do throws(MailFailure) {
            try await transport.deliver(mail, within: call.timeout)
        } catch {
            return Self.outcome(of: error, call)
        }
        return .done(
            Fields([("message_id", .text(mail.messageID)), ("locale", .text(mail.locale))])
        )
    }

    func preview(_ call: ActionCall) -> String {
        do throws(MailMistake) {
            return try compose(call).readable
        } catch {
            return "no mail: \(error)"
        }
    }

    /// What a failure of the transport means for the step.
    private static func outcome(of failure: MailFailure, _ call: ActionCall) -> StepOutcome {
        let reason = discreet("\(failure)", call)
        switch failure {
        case .unsure: return .unsure(reason)
        case .refused:
            return .failed(StepFailure(reason, fault: failure.fault, isFinal: true))
        case .misconfigured, .deferred, .unsent:
            // Wrong settings too: nothing was sent, and mails go out by themselves once corrected.
            return .failed(StepFailure(reason, fault: failure.fault))
        }
    }

    /// A reason without the addresses of the call.
    ///
    /// Why: reasons stand in the log and, for good, in the audit log; the addresses stand among the
    /// step's inputs, which go with the event's body.
    private static func discreet(_ reason: String, _ call: ActionCall) -> String {
        ["to", "reply-to"].reduce(reason) { reason, input in
            let address = call.inputs.text(input) ?? ""
            guard address.utf8.count > 2 else { return reason }
            return reason.replacing(address, with: "‹\(input)›")
                .replacing(MailAddress.shown(address), with: "‹\(input)›")
        }
    }

    /// The mail that a call asks for.
    ///
    /// - Parameter call: The filled inputs.
    /// - Returns: The mail; two attempts differ in nothing but the date.
    /// - Throws: ``MailMistake`` when it cannot be written.
    func compose(_ call: ActionCall) throws(MailMistake) -> OutgoingMail {
        let to = try MailAddress.checked(call.inputs.text("to") ?? "")
        let template = call.inputs.text("template") ?? ""
        let asked = call.inputs.text("locale") ?? settings.defaultLocale
        guard let edition = catalogue.edition(of: template, for: asked) else {
            throw MailMistake(catalogue.problem(with: template) ?? "there is no such template")
        }
        let locale = Self.formattingLocale(asked, edition.locale)
        let values = MailValues(plugin: plugin, shop: settings.shop, locale: locale)
        let group = try values.group(call.inputs)
        try Self.check(group, for: edition, of: template)
        let isRightToLeft = Direction.isRightToLeft(edition.locale)
        let render = { (part: MailPart) in
            edition.parts[part]?.render(group, isRightToLeft: isRightToLeft) ?? ""
        }
        let subject = render(.subject).trimmed
        guard !subject.isEmpty else {
            throw MailMistake("the subject of \"\(template)\" came out empty")
        }
        try HeaderField.check(subject, of: "the subject")
        let isLatinFirst = isRightToLeft && !Direction.beginsRightToLeft(subject)
        return OutgoingMail(
            key: call.key,
            from: settings.from,
            replyTo: try replyTo(call),
            to: to,
            subject: isLatinFirst ? "\u{200F}" + subject : subject,
            text: render(.text).trimmed + "\n",
            html: render(.html),
            template: template,
            locale: edition.locale,
            date: now()
        )
    }

    private func replyTo(_ call: ActionCall) throws(MailMistake) -> MailAddress? {
        guard let text = call.inputs.text("reply-to"), !text.isEmpty else {
            return settings.replyTo
        }
        return try MailAddress(parsing: text)
    }

    /// The locale for numbers: the one asked for, where the template speaks its language.
    ///
    /// Of its extensions only the choice of digits counts: there are others in which an amount does
    /// not read as its digits, such as Roman numerals.
    static func formattingLocale(_ asked: String, _ edition: String) -> String {
        let language = { (locale: String) in
            locale.lowercased().prefix { $0 != "-" && $0 != "_" }
        }
        let isPlain =
            asked.utf8.count <= 35
            && asked.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_")
            }
        guard isPlain, language(asked) == language(edition) else { return edition }
        let tags = asked.split { $0 == "-" || $0 == "_" }
        guard let extended = tags.firstIndex(where: { $0.count == 1 }) else { return asked }
        let name = tags[..<extended].joined(separator: "-")
        let digits = tags[extended...].joined(separator: "-").lowercased()
        return ["u-nu-latn", "u-nu-arab"].contains(digits) ? "\(name)-\(digits)" : name
    }

    private static func check(
        _ values: TemplateValue,
        for edition: TemplateCatalogue.Edition,
        of template: String
    ) throws(MailMistake) {
        for name in edition.needed.sorted() where values.at(name.split(separator: ".")) == nil {
            throw MailMistake(
                "the template \"\(template)\" (\(edition.locale)) needs \"\(name)\", which has no "
                    + "value; give it under with"
            )
        }
        try checkLinks(edition.urls, in: values)
    }

    /// Refuses what a template would make a link of and what is no https URL.
    ///
    /// - Parameters:
    ///   - names: The names whose values are whole URLs.
    ///   - values: What the names stand for.
    /// - Throws: ``MailMistake`` naming the first one that cannot be linked to.
    static func checkLinks(_ names: Set<String>, in values: TemplateValue) throws(MailMistake) {
        for name in names.sorted() {
            guard let value = values.at(name.split(separator: ".")) else { continue }
            // A list would be shown as its texts, none of which has been checked.
            guard case .text(let text) = value else {
                throw MailMistake(
                    "\"\(name)\" cannot be linked to: it is \(value.kindInWords), not a text; "
                        + "give one https:// URL under with"
                )
            }
            do throws(HTTPFailure) {
                if try WebAddress(text).isSecure { continue }
            } catch {
                throw MailMistake("\"\(name)\" cannot be linked to: \(error)")
            }
            throw MailMistake("\"\(name)\" cannot be linked to: the URL must begin with https://")
        }
    }
}

extension String {
    /// The text without white space at either end.
    fileprivate var trimmed: String {
        guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[...last].drop { $0.isWhitespace })
    }
}

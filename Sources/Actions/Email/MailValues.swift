import Model
import Plugins

/// What a step's inputs are in a mail: money and counts as text, the rest as it is.
struct MailValues {
    /// The plugin whose inputs they are.
    let plugin: Plugin
    /// What mails say about the shop.
    let shop: MailSettings.Shop
    /// The locale in which numbers are written.
    let locale: String

    /// Whether an input is an amount of money: an integer whose unit is the minor unit.
    static func isMoney(_ input: Plugin.Input) -> Bool {
        input.type == .integer && input.unit == "minor unit"
    }

    /// The names that templates of a plugin may use.
    static func names(of plugin: Plugin) -> TemplateNames {
        let plain = plugin.inputs.filter { $0.type != .json }.map(\.parameter)
        let open = plugin.inputs.filter { $0.type == .json }.map(\.parameter)
        return TemplateNames(
            plain: Set(plain),
            groups: ["shop": ["name", "support", "url"]],
            open: Set(open)
        )
    }

    /// The values of one call.
    ///
    /// - Parameter inputs: The filled inputs.
    /// - Returns: A group with a value for every name that has one.
    /// - Throws: ``MailMistake`` when an amount or count is no whole number, or has no currency.
    func group(_ inputs: Fields) throws(MailMistake) -> TemplateValue {
        var group: [String: TemplateValue] = [:]
        for input in plugin.inputs {
            let value = inputs[input.name] ?? input.default
            guard value != .null, value != .text("") else { continue }
            group[input.parameter] = try self.value(value, of: input, inputs)
        }
        var about = ["name": TemplateValue.text(shop.name)]
        about["support"] = shop.support.map(TemplateValue.text)
        about["url"] = shop.url.map(TemplateValue.text)
        group["shop"] = .group(about)
        return .group(group)
    }

    private func value(
        _ value: Value,
        of input: Plugin.Input,
        _ inputs: Fields
    ) throws(MailMistake) -> TemplateValue? {
        switch input.type {
        case .text: return .text(value.asText)
        case .boolean: return .flag(value.isTrue)
        case .json: return TemplateValue(JSONNode(value))
        case .integer:
            guard let number = Self.integer(value) else {
                throw MailMistake("\"\(input.name)\" must be a whole number, not \(value.asJSON)")
            }
            guard Self.isMoney(input) else {
                return .text(MoneyText.format(number, locale: locale))
            }
            let currency = inputs.text("currency") ?? ""
            guard currency.utf8.count == 3, currency.allSatisfy({ $0.isASCII && $0.isLetter })
            else {
                throw MailMistake(
                    "\"\(input.name)\" needs a currency of three letters, as usd, "
                        + "not \"\(currency)\""
                )
            }
            let money = Money(minorUnits: number, currency: currency)
            return .text(MoneyText.format(money, locale: locale))
        }
    }

    private static func integer(_ value: Value) -> Int64? {
        switch value {
        case .integer(let number): number
        case .text(let text): Int64(text)
        case .null, .real, .json: nil
        }
    }
}

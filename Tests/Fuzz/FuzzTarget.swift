/// The ways into Till that take a stranger's bytes, each with the rules that must hold for any.
///
/// A target throws ``Broken`` where a rule does not hold; a trap is found by whoever runs it.
enum FuzzTarget: String, CaseIterable, Sendable {
    case address, effect, envelope, expression, json, log, mail, money, settings, signature
    case template, units, yaml
    /// No part of Till: ends badly on purpose, so that a fuzzer that finds nothing is found out.
    case planted

    /// Runs an input through it.
    func run(_ bytes: [UInt8]) throws {
        // Whoever reads bytes has made sure that they are UTF-8 before Till reads them as text.
        let text = String(decoding: bytes, as: UTF8.self)
        switch self {
        case .address: try AddressTarget.run(text)
        case .effect: try EffectTarget.run(text)
        case .envelope: try EnvelopeTarget.run(text)
        case .expression: try ExpressionTarget.run(text)
        case .json: try JSONTarget.run(text)
        case .log: try LogTarget.run(text)
        case .mail: try MailTarget.run(text)
        case .money: try MoneyTarget.run(bytes)
        case .settings: try SettingsTarget.run(text)
        case .signature: try SignatureTarget.run(text)
        case .template: try TemplateTarget.run(text)
        case .units: try UnitsTarget.run(bytes)
        case .yaml: try YAMLTarget.run(text)
        case .planted: try PlantedTarget.run(bytes)
        }
    }
}

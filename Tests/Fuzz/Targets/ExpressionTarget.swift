import Model
import Store

@testable import SQLiteStore
@testable import Workflows

/// Text around `${{ }}`, and the SQL inside: where it is cut, what SQLite says of it, and that
/// what was let through gives a value or a reason in time.
enum ExpressionTarget {
    private static let scratch = Result { try SQLScratch(schemas: []) }
    private static let scope = ExpressionScope(
        event: #"{"id":"evt_1","data":{"object":{"id":"ch_1","amount":5}}}"#,
        object: #"{"id":"ch_1","amount":5}"#,
        previous: nil,
        metadata: #"{"order_id":"A-7"}"#,
        id: "evt_1",
        type: "charge.succeeded",
        created: 1_761_900_000,
        livemode: false,
        account: nil,
        endpoint: "stripe"
    )

    /// Runs a text through it.
    static func run(_ text: String) throws {
        try look(at: text)
        for piece in try pieces(of: text) {
            if case .expression(let sql, let offset) = piece {
                let length = text.utf8.count
                try Broken.unless(offset + sql.utf8.count <= length, "an offset beyond the text")
                try look(at: sql)
            }
        }
    }

    /// The pieces, which put together again must be cut at the same places.
    private static func pieces(of text: String) throws(Broken) -> [TemplateText.Piece] {
        guard let pieces = split(text) else { return [] }
        let again = split(pieces.map(written).joined())
        let bare = { (piece: TemplateText.Piece) in written(piece) }
        try Broken.unless(again?.map(bare) == pieces.map(bare), "cut differently: \(pieces)")
        return pieces
    }

    private static func split(_ text: String) -> [TemplateText.Piece]? {
        do throws(TemplateText.Problem) {
            return try TemplateText.split(text)
        } catch {
            return nil
        }
    }

    private static func written(_ piece: TemplateText.Piece) -> String {
        switch piece {
        case .literal(let text): escaped(text)
        case .expression(let sql, _): "${{\(sql)}}"
        case .secret(let reference, _): "${\(reference)}"
        }
    }

    /// Byte by byte: to Swift "{" with an accent is no "{".
    private static func escaped(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            if byte == UInt8(ascii: "{"), out.last == UInt8(ascii: "$") {
                out += "${".utf8
            } else {
                out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func look(at text: String) throws {
        let (sql, lead) = Workflows.ExpressionText.core(text)
        try Broken.unless(lead + sql.utf8.count <= text.utf8.count, "a core beyond the text")
        try Broken.unless(Workflows.ExpressionText.core(sql).sql == sql, "no core: \(sql)")
        _ = Workflows.ExpressionText.stepReferences(in: sql)
        guard Workflows.ExpressionText.problem(in: sql) == nil else { return }
        let other = SQLiteStore.ExpressionText.problem(in: sql)
        let isKnown = sql.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "#") }
        try Broken.unless(other == nil || isKnown, "the rooms read it differently: \(sql)")
        let place = SourcePlace(file: "fuzz", line: 1, column: 1)
        let expression = Expression(sql, at: place)
        if let problem = try scratch.get().problem(in: expression) {
            let range = 0...sql.utf8.count
            try Broken.unless(range.contains(problem.offset ?? 0), "\(problem)")
            return
        }
        try Broken.unless(other == nil, "SQLite took what the store does not")
        // A value or a reason; how long that may take is the fuzzer's own limit.
        _ = try ExpressionJudge.shared.get().value(of: expression, in: scope)
    }
}

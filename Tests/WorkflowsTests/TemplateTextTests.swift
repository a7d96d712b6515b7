import Testing

@testable import Workflows

@Suite struct `Splitting a text at its expressions` {
    private func split(_ text: String) throws(TemplateText.Problem) -> [TemplateText.Piece] {
        try TemplateText.split(text)
    }

    @Test func `a text without expressions is one literal`() throws {
        #expect(try split("") == [])
        #expect(try split("5 $ for {a} }} and $$") == [.literal("5 $ for {a} }} and $$")])
    }

    @Test func `expressions and secrets know where they stand`() throws {
        #expect(
            try split("é ${{ id }}/${env:KEY}${file:a b}") == [
                .literal("é "), .expression(" id ", offset: 6), .literal("/"),
                .secret("env:KEY", offset: 13), .secret("file:a b", offset: 23),
            ]
        )
    }

    @Test func `two dollars stand for one`() throws {
        #expect(try split("$${{ id }} $${env:X}") == [.literal("${{ id }} ${env:X}")])
        #expect(try split("$$${{ id }}") == [.literal("$${{ id }}")])
    }

    @Test(arguments: [
        "'}}'", "'it''s }}'", "\"}}\"", "`}}`", "[}}]", "/* }} */ id", "-- }}\n id",
    ])
    func `braces inside quotes and comments end nothing`(sql: String) throws {
        #expect(
            try split("x${{\(sql)}}y") == [
                .literal("x"), .expression(sql, offset: 4), .literal("y"),
            ]
        )
    }

    @Test(arguments: [
        ("a ${{ id", 2), ("${{ 'id }}", 4), ("${{ /* }}", 4), ("${{ -- }}", 0), ("b ${env:X", 2),
        ("${other}", 0), ("${env:}", 0), ("é${}", 2),
    ])
    func `what is not closed or not known is a problem with its place`(text: String, offset: Int) {
        do throws(TemplateText.Problem) {
            _ = try split(text)
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.offset == offset)
        }
    }

    @Test func `any text put together out of pieces comes apart again`() throws {
        let sql = [
            "'a }} ''b'", "\"}}\"\"{{\"", "`x}}`", "[}} y]", "/* '}} */", "-- ' }}\n", "id",
            "(a, b)", "->>", "é👩‍👧", "$", "{", "}", "''", "- -", "/",
        ]
        let plain = ["a", "é👩‍👧 ", "}}", "{ {", "'", "\"", "$ ", "\n", "--", "/*", "[", "`"]
        var random = SplitMix(seed: 7)
        for _ in 0..<2000 {
            var pieces: [TemplateText.Piece] = []
            var text = ""
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let isLiteral = Bool.random(using: &random)
                let words = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                    (isLiteral ? plain : sql).randomElement(using: &random) ?? ""
                }
                if !isLiteral {
                    let inner = " " + words.joined(separator: " ") + " "
                    pieces.append(.expression(inner, offset: text.utf8.count + 3))
                    text += "${{\(inner)}}"
                } else if case .literal(let before)? = pieces.last {
                    pieces[pieces.count - 1] = .literal(before + words.joined())
                    text += words.joined()
                } else {
                    pieces.append(.literal(words.joined()))
                    text += words.joined()
                }
            }
            #expect(try split(text) == pieces, "seed 7: \(text)")
        }
    }

    @Test func `hundreds of expressions in one text are too many`() throws {
        #expect(try split(String(repeating: "${{ id }}", count: 200)).count == 200)
        #expect(throws: TemplateText.Problem.self) {
            try split(String(repeating: "${{ id }}", count: 201))
        }
    }

    @Test func `no text traps`() {
        let alphabet = Array("$${{}}env:file:'\"`[]-*/() a,;é\n")
        var random = SplitMix(seed: 11)
        var taken = 0
        for _ in 0..<5000 {
            let text = String(
                (0..<Int.random(in: 0...30, using: &random)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                }
            )
            do throws(TemplateText.Problem) {
                taken += try split(text).isEmpty ? 0 : 1
            } catch {
                #expect(error.offset <= text.utf8.count, "seed 11: \(text)")
            }
            _ = ExpressionText.problem(in: ExpressionText.core(text).sql)
            _ = ExpressionText.stepReferences(in: text)
        }
        #expect(taken > 1000)
    }
}

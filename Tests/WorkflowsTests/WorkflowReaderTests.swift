import Model
import Testing
import Workflows

@Suite struct `Reading a workflow` {
    /// What a template became, in one comparable text.
    private func words(_ template: Template?) -> String {
        switch template {
        case nil: "nothing"
        case .literal(let value): "\(value)"
        case .expression(let expression): "sql \(expression.sql)"
        case .text(let parts):
            parts.map { part in
                switch part {
                case .literal(let text): "[\(text)]"
                case .expression(let expression): "sql \(expression.sql)"
                case .secret(let reference, let secret): "\(reference)=\(secret.reveal)"
                }
            }.joined(separator: " ")
        case .object(let pairs):
            "{" + pairs.map { "\($0.key): \(words($0.value))" }.joined(separator: ", ") + "}"
        case .array(let items): "[" + items.map(words).joined(separator: ", ") + "]"
        }
    }

    /// The one step's input.
    private func input(_ name: String, of step: String) throws -> String {
        let workflow = try TestHouse.read("on: a.b\nsteps:\n  - " + step)
        return words(workflow.steps.first?.with.first { $0.input == name }?.template)
    }

    @Test func `a whole file is taken with everything in it`() throws {
        let workflow = try TestHouse.read(
            """
            # yaml-language-server: $schema=../etc/workflow.schema.json
            name: a
            on: [payment_intent.succeeded, charge.*]
            mode: live
            when: metadata ->> 'order_id' IS NOT NULL
            once-per: ${{ object ->> 'id' }}
            steps:
              - id: mark-paid
                uses: update-order
                with:
                  order: ${{ metadata ->> 'order_id' }}
                  status: paid
                wait: { every: 2s, for: 1h }
              - uses: send-email
                if: ${{ steps -> 'mark-paid' ->> 'changed' = 1 }}
                with:
                  to: ${{ object ->> 'receipt_email' }}
                  template: order-confirmation
                retry: { attempts: 3, delay: 30s, factor: 2, max-delay: 2h }
                timeout: 30s
                when-unsure: stop
                on-error: continue
            on-failure:
              - uses: note
                with: { text: "order ${{ metadata ->> 'order_id' }} failed" }
            """
        )

        #expect(workflow.name == "a")
        #expect(workflow.on == [.type("payment_intent.succeeded"), .prefix("charge.")])
        #expect(workflow.takes(type: "charge.dispute.created"))
        #expect(!workflow.takes(type: "charge"))
        #expect(workflow.mode == .live)
        #expect(workflow.when?.sql == "metadata ->> 'order_id' IS NOT NULL")
        #expect(workflow.when?.place == SourcePlace(file: "a.yaml", line: 5, column: 7))
        #expect(words(workflow.oncePer) == "sql object ->> 'id'")
        #expect(workflow.steps.map(\.id) == ["mark-paid", "send-email"])
        #expect(workflow.steps[0].wait.every == .seconds(2))
        #expect(workflow.steps[0].wait.limit == .seconds(3600))
        let mail = workflow.steps[1]
        #expect(mail.condition?.sql == "steps -> 'mark-paid' ->> 'changed' = 1")
        #expect(mail.condition?.place.column == 13)
        #expect(mail.with.map(\.input) == ["to", "template", "locale"])
        #expect(words(mail.with[2].template) == words(.literal(.text("en"))))
        #expect(mail.retry.attempts == 3)
        #expect(mail.retry.maxDelay == .seconds(7200))
        #expect(mail.timeout == .seconds(30))
        #expect(mail.whenUnsure == .stop)
        #expect(mail.onError == .continue)
        #expect(workflow.onFailure.map(\.uses) == ["note"])
    }

    @Test func `what is left out has its default`() throws {
        let step = try #require(try TestHouse.read("on: a.b\nsteps: [{ uses: ping }]").steps.first)

        #expect(step.id == "ping")
        #expect(step.retry == RetryPolicy())
        #expect(step.wait == WaitPolicy())
        #expect(step.timeout == nil)
        #expect(step.whenUnsure == .retry)
        #expect(step.onError == .stop)
        #expect(step.condition == nil)
    }

    @Test func `literals have the type of the input`() throws {
        #expect(try input("text", of: "{ uses: note, with: { text: NO } }") == "text(\"NO\")")
        #expect(try input("text", of: "{ uses: note, with: { text: 012 } }") == "text(\"012\")")
        #expect(try input("urgent", of: "{ uses: note, with: { urgent: true } }") == "integer(1)")
        #expect(try input("urgent", of: "{ uses: note }") == "integer(0)")
        #expect(try input("text", of: "{ uses: note }") == "null")
        #expect(
            try input("amount", of: "{ uses: update-order, with: { order: 1, amount: 1999 } }")
                == "integer(1999)"
        )
    }

    @Test func `nested YAML becomes JSON, typed where it is not quoted`() throws {
        let plain = """
            { uses: note, with: { data: { a: [1, 1.50, 012, "7", true, ~, NO], b: "\\"" } } }
            """
        #expect(
            try input("data", of: plain)
                == #"json("{\"a\":[1,1.50,\"012\",\"7\",true,null,\"NO\"],\"b\":\"\\\"\"}")"#
        )
        let mixed = #"{ uses: note, with: { data: { a: "${{ id }}", b: ["x ${{ id }}", 1] } } }"#
        #expect(try input("data", of: mixed) == "{a: sql id, b: [[x ] sql id, integer(1)]}")
        #expect(try input("data", of: "{ uses: note, with: { data: 5 } }") == "integer(5)")
    }

    @Test func `a value that is one expression keeps its type, in a block too`() throws {
        #expect(try input("text", of: "{ uses: note, with: { text: '${{ id }}' } }") == "sql id")
        let block = "uses: note\n    with:\n      text: |\n        ${{\n          id\n        }}\n"
        #expect(try input("text", of: block) == "sql id")
        let text = "uses: note\n    with:\n      text: |\n        a ${{ id }}\n        b\n"
        #expect(try input("text", of: text) == "[a ] sql id [\nb\n]")
    }

    @Test func `a doubled dollar is text`() throws {
        #expect(
            try input("text", of: "{ uses: note, with: { text: '$${{ id }}' } }")
                == "text(\"${{ id }}\")"
        )
    }

    @Test func `secrets are resolved and never printed`() throws {
        let workflow = try TestHouse.read(
            "on: a.b\nsteps: [{ uses: note, with: { text: 'Bearer ${env:TOKEN}' } }]"
        )

        let template = try #require(workflow.steps[0].with.first { $0.input == "text" }?.template)
        #expect(words(template) == "[Bearer ] env:TOKEN=s3cret")
        #expect(!"\(workflow)".contains("s3cret"))
    }

    @Test func `braces inside quotes end no expression`() throws {
        #expect(
            try input("text", of: #"{ uses: note, with: { text: "${{ '}}' || id }}" } }"#)
                == "sql '}}' || id"
        )
    }

    @Test func `an expression over several lines knows the place of each character`() throws {
        let text = "on: a.b\nwhen: >\n  id = 'a'\n  OR wrong\nsteps: [{ uses: ping }]"
        let error = #expect(throws: Mistakes.self) { try TestHouse.read(text) }
        #expect(error?.all.map(\.place) == [SourcePlace(file: "a.yaml", line: 4, column: 6)])
    }
}

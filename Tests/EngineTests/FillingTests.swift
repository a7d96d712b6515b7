import Engine
import Model
import Plugins
import SQLiteStore
import Store
import Testing

@Suite struct `Filling a step's inputs` {
    /// What comes of one input of the plugin `call`, given as YAML.
    private func fill(_ with: String, object: String? = nil) async throws -> StepRow {
        let shop = try Shop(workflows: [
            "paid": "on: order.paid\nsteps:\n  - uses: call\n    with:\n      \(with)\n"
        ])
        return try await shop.open { open in
            try await open.deliver("evt_1", object: object)
            try await open.walk()
            return try #require(try open.runs().first?.steps.first)
        }
    }

    @Test(arguments: [
        ("number: ${{ '42' }}", #""number":42"#), ("number: ${{ 42.0 }}", #""number":42"#),
        ("flag: ${{ object ->> 'yes' }}", #""flag":1"#), ("flag: ${{ 'false' }}", #""flag":0"#),
        ("what: ${{ 42 }}", #""what":"42""#), ("what: ${{ NULL }}", #""what":null"#),
        ("what: \"a ${{ NULL }}b ${{ 1 + 1 }}\"", #""what":"a b 2""#),
        ("what: ${{ (SELECT count(*) FROM tally) }}", #""what":"0""#),
    ])
    func `values take the type of their input`(_ with: String, _ recorded: String) async throws {
        let step = try await fill(with, object: #"{"id":"pi_1","yes":true,"tags":["a",1]}"#)
        #expect(step.status == .done)
        #expect(step.inputs?.contains(recorded) == true, "\(step.inputs ?? "")")
    }

    @Test(arguments: [
        ("data: ${{ object -> 'tags' }}", #""data":["a",1]"#),
        ("data: ${{ object ->> 'id' }}", #""data":"pi_1""#),
        ("data: ${{ metadata }}", #""data":{}"#),
        ("data: ${{ json_object('a', 1) }}", #""data":{"a":1}"#),
        (
            "data: { tags: \"${{ object -> 'tags' }}\", a: \"x ${{ 1 }}\", b: \"${{ NULL }}\" }",
            #""data":{"tags":["a",1],"a":"x 1","b":null}"#
        ),
        ("data: [\"${{ object ->> 'id' }}\", two]", #""data":["pi_1","two"]"#),
        ("data: \"${{ object ->> 'fake' }}\"", #""data":"{\"a\":1}""#),
    ])
    func `JSON stays JSON and text stays text`(_ with: String, _ recorded: String) async throws {
        let step = try await fill(
            with,
            object: #"{"id":"pi_1","tags":["a",1],"fake":"{\"a\":1}"}"#
        )
        #expect(step.status == .done)
        #expect(step.inputs?.contains(recorded) == true, "\(step.inputs ?? "")")
    }

    @Test(arguments: [
        ("number: ${{ 'many' }}", "number: \"many\" is not a whole number"),
        ("number: ${{ '042' }}", "number: \"042\" is not a whole number"),
        ("number: ${{ 1.5 }}", "number: \"1.5\" is not a whole number"),
        ("flag: ${{ 2 }}", "flag: \"2\" is not true or false"),
        ("number: ${{ json('{') }}", "malformed JSON"),
    ])
    func `a value that does not fit fails the step for good and says which`(
        _ with: String,
        _ reason: String
    ) async throws {
        let step = try await fill(with)
        #expect(step.status == .failed)
        #expect(step.reason?.contains(reason) == true, "\(step.reason ?? "")")
        #expect(step.reason?.contains("paid.yaml:5:") == true, "\(step.reason ?? "")")
    }

    @Test func `NULL for a required input is refused`() {
        let input = Plugin.Input(name: "to", type: .text, required: true, description: "Who.")
        guard case .failure(let problem) = InputTyping.value(.null, for: input) else {
            Issue.record("NULL was taken")
            return
        }
        #expect(problem.message == "it is required and came out as NULL")
    }

    @Test func `a word that is none of the choices is refused`() {
        let input = Plugin.Input(
            name: "level",
            type: .text,
            required: false,
            choices: ["info", "error"],
            description: "How bad."
        )
        guard case .failure(let problem) = InputTyping.value(.text("bad"), for: input) else {
            Issue.record("the word was taken")
            return
        }
        #expect(problem.message == "\"bad\" is none of info, error")
    }

    @Test func `a secret reaches the action and is masked on record`() async throws {
        let shop = try Shop(workflows: [
            "paid": """
            on: order.paid
            steps:
              - uses: call
                with:
                  what: "key ${env:KEY} for ${{ 1 }}"
                  data: { token: "${env:KEY}", number: 5 }
                  number: ${{ '7' }}
            """
        ])

        try await shop.open { open in
            try await open.deliver("evt_1")
            try await open.walk()

            let call = try #require(shop.peer.calls.first)
            #expect(call.inputs.text("what") == "key s3cret for 1")
            #expect(call.inputs.text("data")?.contains("s3cret") == true)
            let step = try #require(try open.runs().first?.steps.first)
            let recorded = try #require(step.inputs)
            #expect(!recorded.contains("s3cret"))
            #expect(recorded.contains("key ‹secret› for 1"))
        }
    }
}

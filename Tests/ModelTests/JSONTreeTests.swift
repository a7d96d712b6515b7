import Model
import Testing

@Suite struct `Writing JSON for people` {
    @Test func `keys keep their order and short lists their line`() {
        let tree: JSONTree = [
            "b": ["x", 1, true], "a": [["c": "d\n"], [:]], "e": .texts([]),
        ]

        #expect(
            tree.adding("z", 5).adding("y", nil).pretty == """
                {
                  "b": ["x", 1, true],
                  "a": [
                    {
                      "c": "d\\n"
                    },
                    {}
                  ],
                  "e": [],
                  "z": 5
                }
                """
        )
    }
}

import Model
import Store
import TestKit
import Testing

@testable import SQLiteStore

@Suite struct `Checking SQL before it meets the database` {
    private func scratch() throws -> SQLScratch {
        try SQLScratch(schemas: [("tills", [StoreSubject.schema])])
    }

    private func expression(_ sql: String) -> Expression {
        Expression(sql, at: SourcePlace(file: "a.yaml", line: 1, column: 1))
    }

    @Test(
        arguments: [
            ("metadata ->> 'order_id' = 'A'", nil), ("(SELECT balance FROM tills)", nil),
            ("metadata ->> 'a' AND metdata", 21), ("1 + (SELECT 1 FROM nowhere)", nil),
            ("1 ++", 4), ("1; 2", 1), ("'é' || nix", 8),
        ] as [(String, Int?)]
    )
    func `an expression's problem has a place`(sql: String, offset: Int?) throws {
        let problem = try scratch().problem(in: expression(sql))

        #expect(problem?.offset == offset, "\(problem?.message ?? "none")")
    }

    @Test(
        arguments: [
            ("SELECT 1", nil),
            ("INSERT INTO tills (name, balance) VALUES (:name, :amount); SELECT 1 AS outcome", nil),
            ("DELETE FROM tills WHERE name = :name AND :now > 0", nil),
            ("INSERT INTO complaints SELECT id, status FROM workflow_runs", nil),
            ("", "no statement"), ("-- nothing", "no statement"),
            ("SELECT 1;\0 SELECT 2", "a NUL stands in the text"), ("\0", "a NUL"),
            ("SELECT :nmae", "did you mean \"name\""),
            ("SELECT 1; SELEC 2", "syntax error"),
            ("SELECT * FROM nowhere", "no such table"),
            ("INSERT INTO tills (nme) VALUES (1)", "no column named nme"),
            ("UPDATE webhook_events SET status = 'done'", "belongs to Till"),
            ("DELETE FROM audit_log", "belongs to Till"),
            ("INSERT INTO Workflow_Runs (id) VALUES (1)", "belongs to Till"),
            ("DELETE FROM sqlite_schema", "may not be modified"),
            ("CREATE TABLE x (y)", "only SELECT"), ("CREATE TEMP TABLE x (y)", "only SELECT"),
            ("DROP TABLE tills", "only SELECT"), ("ATTACH 'x' AS x", "only SELECT"),
            ("PRAGMA foreign_keys = OFF", "only SELECT"), ("BEGIN", "only SELECT"),
            ("COMMIT", "only SELECT"), ("ROLLBACK", "only SELECT"), ("SAVEPOINT a", "only SELECT"),
            ("RELEASE effect", "only SELECT"), ("VACUUM", "may not be used"),
            ("ANALYZE", "only SELECT"), ("SELECT load_extension('x')", "may not be used"),
        ] as [(String, String?)]
    )
    func `an effect may change plugins' rows and nothing else`(sql: String, reason: String?) throws
    {
        let effect = SQLFile(path: "effect.sql", text: sql)

        let problem = try scratch().problem(in: effect, parameters: ["name", "amount", "now"])

        if let reason {
            #expect(problem?.message.contains(reason) == true, "\(problem?.message ?? "nothing")")
        } else {
            #expect(problem == nil)
        }
    }

    @Test func `a problem in the second statement of an effect has its place in the file`() throws {
        let text = "SELECT :name;\nSELECT :amount, nix;\n"
        let effect = SQLFile(path: "effect.sql", text: text)

        let problem = try scratch().problem(in: effect, parameters: ["name", "amount"])

        #expect(problem?.offset == text.utf8.count - 5)
    }

    @Test(
        arguments: [
            ("CREATE TABLE a (id TEXT) STRICT; CREATE INDEX a_id ON a (id);", nil),
            ("CREATE TABLE a (id TEXT REFERENCES webhook_events (id)) STRICT;", nil),
            ("CREATE VIEW v AS SELECT id FROM webhook_events;", nil),
            ("ALTER TABLE tills ADD COLUMN note TEXT; ALTER TABLE tills RENAME TO boxes;", nil),
            ("INSERT INTO tills (name, balance) VALUES ('x', 1); DROP TABLE tills;", nil),
            ("CREATE TRIGGER t AFTER INSERT ON tills BEGIN UPDATE tills SET uses = 2; END;", nil),
            (
                "\nDROP TABLE audit_log;",
                "a/v001.sql:2:1: error: the table audit_log belongs to Till"
            ),
            ("ALTER TABLE webhook_events ADD COLUMN x;", "belongs to Till"),
            ("CREATE INDEX i ON webhook_events (type);", "belongs to Till"),
            ("CREATE TRIGGER t AFTER INSERT ON audit_log BEGIN SELECT 1; END;", "belongs to Till"),
            ("DROP TRIGGER audit_log_keeps_rows;", "belongs to Till"),
            ("DROP INDEX runs_due;", "belongs to Till"),
            ("DELETE FROM webhook_events;", "belongs to Till"),
            ("CREATE TABLE webhook_events (id);", "belongs to Till"),
            ("ATTACH 'x' AS x;", "may only define"),
            ("PRAGMA writable_schema = ON;", "may only define"),
            ("CREATE TEMP TABLE x (y);", "may only define"), ("VACUUM;", "may not be used"),
            ("COMMIT;", "may only define"),
            ("CREATE TABLE a (id TEXT);\n  CREATE TABEL b (id);", "a/v001.sql:2:10: error:"),
        ] as [(String, String?)]
    )
    func `a migration defines tables of its own`(sql: String, reason: String?) throws {
        let schemas = [
            ("tills", [StoreSubject.schema]), ("a", [SQLFile(path: "a/v001.sql", text: sql)]),
        ]
        guard let reason else {
            _ = try SQLScratch(schemas: schemas)
            return
        }

        let mistakes = #expect(throws: Mistakes.self) { try SQLScratch(schemas: schemas) }

        #expect(mistakes?.description.contains(reason) == true, "\(String(describing: mistakes))")
    }

    @Test func `tables are built again only for other migrations`() throws {
        let keeper = ScratchKeeper()
        let other = SQLFile(path: StoreSubject.schema.path, text: "CREATE TABLE others (id TEXT);")

        let first = try keeper.scratch(for: [("tills", [StoreSubject.schema])])
        let same = try keeper.scratch(for: [("tills", [StoreSubject.schema])])
        let changed = try keeper.scratch(for: [("tills", [other])])

        #expect(first === same)
        #expect(first.problem(in: expression("(SELECT balance FROM tills)")) == nil)
        #expect(changed.problem(in: expression("(SELECT balance FROM tills)")) != nil)
    }

    @Test func `an effect checked before an expression does not widen what it may read`() throws {
        let scratch = try scratch()
        let effect = SQLFile(path: "effect.sql", text: "DELETE FROM tills")
        let hidden = expression("(SELECT count(*) FROM sqlite_schema)")

        #expect(scratch.problem(in: hidden)?.message.contains("may not be read") == true)
        #expect(scratch.problem(in: effect, parameters: []) == nil)
        #expect(scratch.problem(in: hidden)?.message.contains("may not be read") == true)
    }
}

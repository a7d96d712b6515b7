"""SQL that does harm, written by hand or brought by an event."""

import time

import effects
from events import event, payment_intent
from extent import choices, extent
from load import request, send_all

# Expressions and effects that must be refused before anything runs.
REFUSED = [
    "ATTACH '/tmp/x.db' AS x", "DETACH main", "PRAGMA writable_schema = ON", "PRAGMA journal_mode = OFF",
    "SELECT * FROM pragma_database_list", "SELECT * FROM pragma_table_info('orders')",
    "SELECT load_extension('/tmp/x.so')", "SELECT fts3_tokenizer('simple', x'00')",
    "SELECT writefile('/tmp/x', 'y')", "SELECT readfile('/etc/passwd')", "SELECT edit('x', 'vi')",
    "SELECT * FROM fsdir('/')", "SELECT * FROM sqlite_dbpage", "SELECT * FROM dbstat",
    "SELECT * FROM sqlite_stmt", "SELECT sql FROM sqlite_master", "SELECT sql FROM sqlite_schema",
    "SELECT sql FROM sqlite_temp_master", "SELECT * FROM bytecode('SELECT 1')",
    "INSERT INTO sqlite_master VALUES (1, 2, 3, 4, 5)", "UPDATE sqlite_schema SET sql = ''",
    "DELETE FROM sqlite_sequence", "UPDATE webhook_events SET status = 'done'",
    "DELETE FROM audit_log", "INSERT INTO idempotency_keys (key) VALUES ('x')",
    "VACUUM", "VACUUM INTO '/tmp/x.db'", "REINDEX", "ANALYZE", "BEGIN", "COMMIT", "END", "ROLLBACK",
    "SAVEPOINT x", "RELEASE x", "CREATE TABLE x (y)", "CREATE TEMP TABLE x (y)",
    "CREATE VIRTUAL TABLE x USING fts5(y)", "CREATE TEMP TRIGGER x AFTER INSERT ON orders BEGIN SELECT 1; END",
    "CREATE VIEW x AS SELECT 1", "DROP TABLE orders", "ALTER TABLE orders ADD COLUMN x",
]
# Effects that load, and what they fail with.
STOPPED = {
    "endless": ("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) AS n FROM n",
                "took longer"),
    "endless, each one new": ("WITH RECURSIVE n(x) AS (SELECT 1 UNION SELECT x + 1 FROM n) SELECT max(x) AS n FROM n",
                              "took longer"),
    "endless and sorted": ("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
                           "SELECT x AS n FROM n ORDER BY random()", "took longer"),
    "endless text": ("WITH RECURSIVE n(x) AS (SELECT 'x' UNION ALL SELECT x || x FROM n) SELECT max(x) AS n FROM n",
                     "too big"),
    "a product": ("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100000) "
                  "SELECT count(*) AS n FROM n a, n b, n c", "took longer"),
    "zeroblob": ("SELECT length(zeroblob(1000000000)) AS n", "too big"),
    "randomblob": ("SELECT length(randomblob(1000000000)) AS n", "too big"),
    "hex": ("SELECT length(hex(zeroblob(2000000))) AS n", "too big"),
    "replace": ("SELECT length(replace(hex(zeroblob(500000)), '0', '0123456789')) AS n", "too big"),
    "joined": ("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000000) "
               "SELECT length(group_concat(x)) AS n FROM n", "too big"),
    "JSON": ("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000000) "
             "SELECT length(json_group_array(x)) AS n FROM n", "too big"),
}
MANIFEST = "name: harm-{0}\nkind: sql\nsummary: Does harm.\noutputs:\n  n: A number.\n"


def test_what_does_harm_is_refused_when_it_is_loaded(make_till):
    till = make_till()
    effects.only(till)
    for number, sql in enumerate(REFUSED):
        till.write(f"workflows/when-{number}.yaml",
                   f"name: when-{number}\non: charge.succeeded\nwhen: >-\n  ({sql})\n"
                   "steps:\n  - uses: note-effect\n")
        till.write(f"plugins/harm-{number}/plugin.yaml", MANIFEST.format(number))
        till.write(f"plugins/harm-{number}/effect.sql", f"SELECT 1;\n{sql};\nSELECT 1 AS n;\n")

    checked = till.run("check", "--config", str(till.config))

    assert checked.returncode == 78
    said = checked.stdout + checked.stderr
    for number, sql in enumerate(REFUSED):
        assert f"plugins/harm-{number}/effect.sql:" in said, sql
        assert f"workflows/when-{number}.yaml:" in said, sql


def test_what_does_not_end_or_grows_is_stopped_in_time(make_till):
    till = make_till()
    effects.only(till)
    for number, (sql, _) in enumerate(STOPPED.values()):
        till.write(f"plugins/harm-{number}/plugin.yaml", MANIFEST.format(number))
        till.write(f"plugins/harm-{number}/effect.sql", sql + ";\n")
        till.write(f"workflows/harm-{number}.yaml",
                   f"name: harm-{number}\non: harm.x{number:02}\nsteps:\n  - id: harm\n    uses: harm-{number}\n"
                   "    retry: { attempts: 1, delay: 1s, factor: 1, max-delay: 1s }\n")
    till.write("workflows/endless.yaml", (
        "name: endless\non: harm.when\nwhen: >-\n  (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL"
        " SELECT x + 1 FROM n) SELECT max(x) FROM n)\nsteps:\n  - uses: note-effect\n"))
    till.start()

    for number, (name, (_, reason)) in enumerate(STOPPED.items()):
        began = time.monotonic()
        till.deliver(event(f"harm.x{number:02}", payment_intent()))
        took = time.monotonic() - began
        found = till.value("SELECT reason FROM workflow_runs WHERE workflow = ?", f"harm-{number}")
        print(f"{name}: {took:.2f} s, {found}")
        assert reason in (found or ""), name
        # The bound is 2 s; the rest is a busy machine's.
        assert took < 2 * 1.1 + 3, name
    began = time.monotonic()
    till.deliver(event("harm.when", payment_intent()))
    assert "took longer" in till.value("SELECT reason FROM workflow_runs WHERE workflow = 'endless'")
    assert time.monotonic() - began < 0.25 * 1.1 + 3
    assert till.metrics()["process_resident_memory_bytes"] < 400e6
    till.deliver(event("payment_intent.succeeded", payment_intent()))
    assert till.value("SELECT count(*) FROM effects") == 1


# Without NUL, where SQLite's own ->> ends a text.
PAYLOADS = [
    "'", "''", "\"", "`", "\\", "\\'", "';", "' --", "';--", "'; DROP TABLE effects; --", "' OR '1'='1",
    "\" OR \"\"=\"", "1; ATTACH '/tmp/x' AS x", "1 UNION SELECT sql FROM sqlite_master", "') OR 1=1 --",
    "'||(SELECT 1)||'", "${{ 1 }}", "${{ (SELECT sql FROM sqlite_schema) }}", "${env:STRIPE_WEBHOOK_SECRET}",
    "${file:/etc/passwd}", "{{secret}}", "{{{x}}}", ":event_id", ":marker", "?1", "@x", "$x", "#1", "/*", "*/",
    "/* ' */", "--", "\n", "\r\n", "\t", "\u0001", "\u007f", "\u2019", "\u02bc", "\uff07", "%27", "%00",
    "&#39;", "0x27", "CHAR(39)", "x'27'", "1e309", "NULL", "null", "true", "[]", "{}", "\"\\u0027\"",
    "'; SELECT load_extension('x'); --", "1 AND randomblob(1000000000)", "1 AND (SELECT count(*) FROM a, b, c)",
    "' AND 1=CAST((SELECT 1) AS INT) AND '1'='1", "';WAITFOR DELAY '0:0:5'--", "'+(SELECT 1)+'", "\u202e'",
]


def test_thousands_of_payloads_of_events_are_stored_byte_for_byte(make_till):
    dice, count = choices(), extent(2000, 10_000)
    till = make_till()
    effects.only(till, marker="${{ metadata ->> 'p' }}")
    till.start()
    sent = {}
    requests = []
    for number in range(count):
        payload = "".join(dice.choice(PAYLOADS) for _ in range(dice.randint(1, 6)))
        if number < len(PAYLOADS):
            payload = PAYLOADS[number]
        one = event("payment_intent.succeeded", payment_intent(metadata={"p": payload}))
        sent[one["id"]] = payload
        requests.append(request(one))
    tables = till.rows("SELECT name, sql FROM sqlite_schema ORDER BY name")

    journal = send_all(till.port, requests, connections=8)
    till.settle(600)

    assert len(journal.acknowledged) == count
    assert dict(till.rows("SELECT event_id, marker FROM effects")) == sent
    assert till.value("SELECT count(*) FROM effects") == count
    assert till.rows("SELECT name, sql FROM sqlite_schema ORDER BY name") == tables
    assert till.value("SELECT count(*) FROM workflow_runs WHERE status <> 'succeeded'") == 0

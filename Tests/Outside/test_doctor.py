"""till doctor finds what needs a person and says what to do."""

import json
import shutil
import sqlite3

from events import event, payment_intent


def examine(till, *arguments, state=None):
    done = till.run(
        "doctor", "--config", str(till.config), "--state", str(state or till.state), "-o", "json",
        *arguments)
    assert done.stderr == ""
    findings = json.loads(done.stdout)
    assert all(finding["advice"] for finding in findings if finding["level"] != "ok"), findings
    return done.returncode, {finding["check"]: finding for finding in findings}


def test_all_is_well_after_a_backup(till):
    till.deliver(event("payment_intent.succeeded", payment_intent(metadata={"order_id": "d-1"})))
    code, found = examine(till)
    assert code == 1 and found["backup"]["level"] == "warning"

    assert till.run("backup", "create", "--state", str(till.state)).returncode == 0
    code, found = examine(till, "--full")

    wrong = {check for check, finding in found.items() if finding["level"] != "ok"} - {"disk"}
    assert wrong == set() and code in (0, 1)
    assert {"rights", "disk", "last stop", "database", "audit log", "schema", "SQLite", "clock",
            "settings", "runs unsure", "runs dead", "backup", "daemon", "rules"} <= set(found)
    assert "→" not in till.run(
        "doctor", "--config", str(till.config), "--state", str(till.state)).stdout or code == 1


def test_what_went_wrong_is_found_with_advice(make_till):
    till = make_till(STRIPE_WEBHOOK_SECRET="")
    till.start(STRIPE_WEBHOOK_SECRET="whsec_outside_tests_5f2c1a")
    late = event("invoice.created", {"id": "in_1", "object": "invoice"})
    late["created"] += 3600
    till.write("workflows/dying.yaml", """\
name: dying
on: invoice.created
steps:
  - uses: http-request
    with: { url: "http://127.0.0.1:9/", method: POST }
    retry: { attempts: 1 }
""")
    till.hang_up()
    till.wait_for("SELECT count(*) > 0 FROM audit_log WHERE action LIKE 'reload.%'")
    till.deliver(late)
    till.write("workflows/dying.yaml", "name: dying\n")
    till.hang_up()
    till.wait_for("SELECT count(*) > 1 FROM audit_log WHERE action LIKE 'reload.%'")
    code, found = examine(till)
    assert code == 65
    assert found["settings"]["level"] == "bad"
    assert found["rules"]["level"] == "warning"
    assert found["runs dead"]["level"] == "warning" and "till dead" in found["runs dead"]["advice"]
    assert found["clock"]["level"] == "warning"

    till.kill()
    till.state.chmod(0o755)
    code, found = examine(till)
    assert found["last stop"]["level"] == found["daemon"]["level"] == "warning"
    assert found["rights"]["level"] == "warning"


def test_damage_is_named(till, tmp_path):
    till.deliver(event("payment_intent.succeeded", payment_intent(metadata={"order_id": "d-1"})))
    assert till.stop() == 0
    state = tmp_path / "state"
    shutil.copytree(till.state, state)
    link = sqlite3.connect(state / "till.db")
    link.execute("DROP TRIGGER audit_log_keeps_words")
    link.execute("UPDATE audit_log SET actor = 'x' WHERE seq = 2")
    link.commit()
    link.close()
    code, found = examine(till, state=state)
    assert code == 65 and "row 2 " in found["audit log"]["found"]

    with (state / "till.db").open("r+b") as file:
        for page in range(8192, (state / "till.db").stat().st_size, 8192):
            file.seek(page)
            file.write(b"\xff" * 16)
    code, found = examine(till, "--full", state=state)
    assert code == 65 and found["database"]["level"] == "bad"

    code, found = examine(till, state=tmp_path / "nowhere")
    assert code == 65 and found["state"]["level"] == "bad"

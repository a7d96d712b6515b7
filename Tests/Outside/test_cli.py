"""The command line, driven as a person or a script drives it."""

import difflib
import fcntl
import http.server
import json
import os
import pty
import re
import socket
import struct
import subprocess
import termios
import threading
import time
from pathlib import Path

import pytest

from events import event, payment_intent

HELP = Path(__file__).parent / "help"
COMMANDS = [
    "", "serve", "status", "reload", "healthcheck", "doctor", "check", "test", "explain", "trigger", "schema",
    "config", "config show", "events", "events ls", "events show", "events release", "runs", "runs ls", "runs show",
    "runs retry", "runs resolve", "runs cancel", "dead", "dead ls", "dead retry", "audit", "audit ls", "audit verify",
    "audit checkpoint", "backup", "backup create", "backup verify", "backup restore", "version",
]


@pytest.fixture
def served(till):
    """A running Till that has three paid orders on record, and a way to ask it."""
    till.deliver(*(
        event("payment_intent.succeeded", payment_intent(metadata={"order_id": f"c-{number}"}))
        for number in range(3)))
    return till


def ask(till, *arguments, code=0, **environment):
    """A command about that Till's state; its standard output."""
    done = till.run(*arguments, "--state", str(till.state), **environment)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done.stdout if code == 0 else done.stderr


def on_terminal(till, *arguments, columns=80, errors=False, **environment):
    """What a command writes to a terminal of that width, its standard error too where asked."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [str(till.binary), *arguments, "--state", str(till.state)], stdout=follower,
        stderr=follower if errors else subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd=till.folder,
        env={**till.environment, "TERM": "xterm", **environment})
    os.close(follower)
    said = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        said += part
    os.close(leader)
    assert process.wait(20) == 0
    return said.decode().replace("\r\n", "\n")


# Help

@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_is_as_it_was_written_down(binary, command):
    """UPDATE_HELP=1 writes the files anew."""
    done = subprocess.run(
        [str(binary), *command.split(), "--help"], capture_output=True, text=True,
        env={"COLUMNS": "80", "PATH": os.environ["PATH"]})
    file = HELP / f"{'-'.join(['till', *command.split()])}.txt"
    if os.environ.get("UPDATE_HELP"):
        HELP.mkdir(exist_ok=True)
        file.write_text(done.stdout)

    assert done.returncode == 0
    assert done.stderr == ""
    wanted = file.read_text()
    assert done.stdout == wanted, "".join(difflib.unified_diff(
        wanted.splitlines(True), done.stdout.splitlines(True), str(file), "now"))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_does_something_shows_examples(command):
    text = (HELP / f"{'-'.join(['till', *command.split()])}.txt").read_text()

    assert "SUBCOMMANDS" in text or text.count(f"  till {command}".rstrip()) >= 1
    assert "SUBCOMMANDS" in text or "EXAMPLES" in text


def test_every_command_in_the_help_is_tested():
    known = set()
    for file in HELP.glob("*.txt"):
        group = [word for word in file.stem.split("-")[1:]]
        for section in re.findall(r"SUBCOMMANDS:\n((?:  .*\n)+)", file.read_text()):
            names = re.findall(r"^  ([a-z]+)\b", section, re.MULTILINE)
            known |= {" ".join([*group, name]) for name in names}

    assert known == set(COMMANDS) - {""}


# Wrong use

@pytest.mark.parametrize("arguments, code, said", [
    (["nonsense"], 64, "Unexpected argument 'nonsense'"),
    (["events", "ls", "--nonsense"], 64, "--nonsense"),
    (["events", "ls", "--status", "doen"], 64, 'Did you mean "done"?'),
    (["runs", "ls", "--status", "dead,"], 64, "It is one of pending"),
    (["events", "ls", "--since", "yesterday"], 64, "--since"),
    (["events", "ls", "--limit", "0"], 64, "--limit"),
    (["runs", "show", "first"], 64, "first"),
    (["dead", "retry"], 64, "--all"),
    (["dead", "retry", "--all", "3"], 64, "not both"),
    (["trigger", "payment_intent.suceeded"], 64, 'did you mean "payment_intent.succeeded"?'),
    (["trigger", "payment_intent.succeeded", "--override", "x"], 64, "path=value"),
    (["events", "ls", "--config", "nowhere.yaml"], 66, "--config"),
    (["check", "--config", "nowhere.yaml"], 66, "nowhere.yaml"),
    (["events", "ls", "--state", "nowhere"], 66, "--state"),
    (["audit", "verify", "--state", "nowhere"], 66, "nowhere/till.db"),
    (["status", "--state", "nowhere"], 69, "till serve"),
    (["reload", "--state", "nowhere"], 69, "till serve"),
    (["runs", "retry", "1", "--state", "nowhere"], 69, "till serve"),
    (["runs", "resolve", "1", "--as", "lost", "--reason", "x"], 64, "done|failed|retry"),
    (["runs", "resolve", "1", "--as", "done"], 64, "--reason"),
    (["runs", "resolve", "1", "--as", "done", "--reason", "x", "--state", "nowhere"], 69, "till serve"),
    (["runs", "cancel", "1", "--reason", "x", "--state", "nowhere"], 69, "till serve"),
    (["events", "release", "--reason", "x"], 64, "--all"),
    (["events", "release", "evt_1", "--all", "--reason", "x"], 64, "not both"),
    (["events", "release", "evt_1"], 64, "--reason"),
    (["events", "release", "evt_1", "--reason", "x", "--state", "nowhere"], 69, "till serve"),
    (["trigger", "payment_intent.succeeded", "--url", "http://127.0.0.1:9/"], 69, "till serve"),
    (["healthcheck", "--admin-listen", "127.0.0.1:9"], 69, "till serve"),
    (["serve", "--listen", "everywhere"], 78, "--listen"),
    (["serve", "--log-level", "loud"], 78, "loud"),
])
def test_what_is_wrong_is_said_on_standard_error_with_its_exit_code(
        make_till, arguments, code, said):
    till = make_till()
    if "--config" not in arguments:
        arguments = [*arguments]
        till.environment["TILL_CONFIG"] = str(till.config)
    done = till.run(*arguments)

    assert (done.returncode, done.stdout) == (code, ""), done
    assert said in done.stderr
    assert "Fatal" not in done.stderr


def test_without_settings_a_file_named_by_the_environment_is_looked_for(make_till):
    till = make_till(TILL_CONFIG="/nowhere/till.yaml")

    assert till.run("config", "show").returncode == 66
    assert "/nowhere/till.yaml" in till.run("config", "show").stderr


# The record

def test_lists_are_data_on_standard_output_in_three_shapes(served):
    rows = json.loads(ask(served, "events", "ls", "-o", "json"))
    tsv = [line.split("\t") for line in ask(served, "events", "ls", "-o", "tsv").splitlines()]
    ids = ask(served, "events", "ls", "-q").split()

    assert len(rows) == 3
    assert [row["id"] for row in rows] == ids
    assert [dict(zip(tsv[0], line))["id"] for line in tsv[1:]] == ids
    assert all(len(line) == len(tsv[0]) for line in tsv)
    assert {row["status"] for row in rows} == {"done"}
    assert ids == [id for (id,) in served.rows("SELECT id FROM webhook_events ORDER BY seq DESC")]


def test_lists_can_be_narrowed(served):
    def ids(*arguments):
        return ask(served, *arguments, "-q").split()

    assert len(ids("events", "ls", "--limit", "2")) == 2
    assert len(ids("events", "ls", "--since", "1h")) == 3
    assert ids("events", "ls", "--since", "2100-01-01") == []
    assert ids("events", "ls", "--status", "failed,held") == []
    assert len(ids("events", "ls", "--type", "payment_intent.*")) == 3
    assert ids("events", "ls", "--type", "charge.*") == []
    assert len(ids("runs", "ls", "--workflow", "payment-intent-succeeded")) == 3
    assert len(ids("runs", "ls", "--event", ids("events", "ls")[0])) == 1
    assert ids("runs", "ls", "--status", "dead,unsure") == []
    assert ids("dead", "ls") == []
    run = ids("runs", "ls")[0]
    assert len(ids("audit", "ls", "--run", run)) >= 1
    assert len(ids("audit", "ls", "--action", "step.*", "--limit", "1")) == 1


def test_an_empty_list_is_empty_and_says_so_apart(served):
    done = served.run("dead", "ls", "--state", str(served.state))

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "no dead letters\n")
    assert json.loads(ask(served, "dead", "ls", "-o", "json")) == []


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("command", [("events", "ls"), ("runs", "ls"), ("audit", "ls")])
def test_tables_fit_the_terminal(served, command, columns):
    text = on_terminal(served, *command, columns=columns, NO_COLOR="1")

    assert len(text.splitlines()) >= 4
    assert max(map(len, text.splitlines())) <= columns
    assert "\x1b" not in text


def test_colour_is_for_terminals_that_want_it(served):
    assert "\x1b[32m" in on_terminal(served, "events", "ls", columns=200)
    assert "\x1b" not in on_terminal(served, "events", "ls", TERM="dumb")
    assert "\x1b" not in ask(served, "events", "ls")


def test_a_pipe_gets_whole_cells_and_columns_can_be_forced(served):
    detail = max(ask(served, "audit", "ls").splitlines(), key=len)
    cut = ask(served, "audit", "ls", COLUMNS="60")

    assert len(detail) > 120 and "…" not in detail
    assert max(map(len, cut.splitlines())) <= 60 and "…" in cut


def test_what_stripe_sent_cannot_steer_the_terminal(till):
    nasty = "\x1b]0;owned\x07\u202e\x9b31m"
    till.deliver(event(
        "payment_intent.succeeded",
        payment_intent(id=f"pi_{nasty}", metadata={"order_id": "n-1", "note": nasty})))
    id = ask(till, "events", "ls", "-q").strip()
    run = ask(till, "runs", "ls", "-q").strip()

    for command in (("events", "ls"), ("events", "show", id), ("runs", "show", run),
                    ("audit", "ls"), ("runs", "ls")):
        text = on_terminal(till, *command, columns=200, NO_COLOR="1")
        assert not set(text) & {"\x1b", "\x07", "\x9b", "\u202e"}, command


def test_a_reader_that_stops_early_is_no_error(served):
    done = subprocess.run(
        f"'{served.binary}' audit ls --limit 1000 --state '{served.state}' | head -n 1",
        shell=True, executable="/bin/bash", capture_output=True, text=True, env=served.environment)

    assert done.stdout.startswith("ROW")
    assert done.stderr == ""


def test_an_event_shows_its_body_runs_and_deliveries(till):
    paid = event("payment_intent.succeeded", payment_intent(metadata={"order_id": "b-1"}))
    till.deliver(paid, paid)

    text = ask(till, "events", "show", paid["id"])
    shown = json.loads(ask(till, "events", "show", paid["id"], "-o", "json"))
    body = ask(till, "events", "show", paid["id"], "--body")

    assert "deliveries   2" in text and '"order_id": "b-1"' in text
    assert "payment-intent-succeeded" in text
    assert shown["deliveries"] == 2 and shown["body"] == paid
    assert [run["status"] for run in shown["runs"]] == ["succeeded"]
    assert body == json.dumps(paid, ensure_ascii=False) + "\n"
    near = ask(till, "events", "show", paid["id"][:-1] + "_", code=66)
    assert f'did you mean "{paid["id"]}"?' in near


def test_a_run_shows_its_steps(served):
    run = ask(served, "runs", "ls", "-q", "--limit", "1").strip()

    text = ask(served, "runs", "show", run)
    shown = json.loads(ask(served, "runs", "show", run, "-o", "json"))

    assert "update-order" in text and "attempts  1" in text
    first = shown["steps"][0]
    assert (first["action"], first["status"], first["attempts"]) == ("update-order", "done", 1)
    assert first["inputs"]["order"] == "c-2" and first["outputs"]["status"] == "paid"
    assert first["key"] == f"{shown['event_id']}/payment-intent-succeeded/{first['step']}"
    assert re.fullmatch("[0-9a-f]{64}", shown["version_hash"])
    assert "the newest is" in ask(served, "runs", "show", "999", code=66)


def test_the_record_can_be_read_when_the_daemon_is_gone(served):
    before = ask(served, "runs", "ls", "-o", "json")
    assert served.stop() == 0

    assert ask(served, "runs", "ls", "-o", "json") == before
    assert "not running" in served.run("status", "--state", str(served.state)).stdout
    assert ask(served, "audit", "verify").count("whole") == 1


def test_the_record_can_be_read_after_a_kill(served):
    before = ask(served, "runs", "ls", "-o", "json")
    served.kill()

    assert ask(served, "runs", "ls", "-o", "json") == before


def test_audit_verify_prints_the_head(served):
    served.settle()
    shown = json.loads(ask(served, "audit", "verify", "-o", "json"))

    rows, head = served.row("SELECT seq, lower(hex(hash)) FROM audit_log ORDER BY seq DESC LIMIT 1")
    assert shown == {"rows": rows, "head": head, "checkpoints": 0, "whole": True,
                     "first_bad": None, "reason": None}
    assert ask(served, "audit", "checkpoint") == f"{rows}:{head}\n"


# Changes

FAILING = """\
name: failing
on: invoice.created
steps:
  - id: tell
    uses: http-request
    with: { url: "http://127.0.0.1:%d/", method: POST }
    retry: { attempts: 1 }
"""


class LosingPeer:
    """Takes requests and, while it loses, hangs up instead of answering; remembers each."""

    def __init__(self):
        self.taken, self.loses = [], True
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                peer.taken.append((self.path, self.headers["Idempotency-Key"]))
                if peer.loses:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()


def test_dead_letters_are_listed_and_walk_again(make_till):
    till = make_till()
    till.write("workflows/failing.yaml", FAILING % 9)
    till.start()
    till.deliver(*(event("invoice.created", {"id": f"in_{n}", "object": "invoice"}) for n in (1, 2)))
    dead = ask(till, "dead", "ls", "-q").split()

    again = ask(till, "dead", "retry", "--all", "--workflow", "failing").split()
    till.settle()
    one = ask(till, "runs", "retry", dead[0], "--from", "start", "--version-of", "current").split()
    till.settle()

    assert len(dead) == 2 and sorted(again) == sorted(dead) and one == [dead[0]]
    assert till.rows("SELECT DISTINCT status FROM workflow_runs") == [("dead",)]
    assert till.value("SELECT attempts FROM step_runs WHERE run_id = ?", int(dead[1])) >= 1
    retried = till.rows("SELECT actor FROM audit_log WHERE action LIKE 'run.retr%'")
    assert len(retried) == 3 and all(actor.startswith("cli:") for (actor,) in retried)


def test_a_run_that_ended_well_is_not_retried(served):
    run = ask(served, "runs", "ls", "-q", "--limit", "1").strip()

    assert "succeeded" in ask(served, "runs", "retry", run, code=65)
    assert "999" in ask(served, "runs", "retry", "999", code=65)


def test_held_events_are_shown_and_released_by_a_person(make_till):
    till = make_till()
    till.config.write_text(till.config.read_text().replace("    mode: any", "    mode: live"))
    till.start()
    assert ask(till, "events", "release", "--all", "--reason", "x") == ""

    def paid(order, livemode=False):
        return event("payment_intent.succeeded", payment_intent(metadata={"order_id": order}),
                     livemode=livemode)

    slips, live = [paid(f"slip-{n}") for n in range(4)], paid("live-1", livemode=True)
    till.deliver(*slips, live)
    first, second, *others = (slip["id"] for slip in slips)
    assert set(ask(till, "events", "ls", "--status", "held", "-q").split()) == {
        first, second, *others}
    assert "till events release" in on_terminal(till, "events", "ls", errors=True, columns=200)
    assert "till events release" in on_terminal(till, "events", "show", first, errors=True)
    assert "4; see: till events ls --status held, then: till events release" in ask(till, "status")
    examined = till.run("doctor", "--config", str(till.config), "--state", str(till.state))
    assert "`till events release`" in examined.stdout

    # The engine is past them long since, and is told of each.
    mixed = till.run("events", "release", first, live["id"], "evt_none", second, "--reason",
                     "the endpoint said live by mistake", "--state", str(till.state))
    till.settle()
    assert mixed.returncode == 65
    assert mixed.stdout.split() == [first, second]
    assert f"event {live['id']} is done; only a held one can be released" in mixed.stderr
    assert "there is no event evt_none" in mixed.stderr
    assert ask(till, "events", "release", "--all", "--reason", "the same").split() == others
    till.settle()

    assert "is done" in ask(till, "events", "release", first, "--reason", "again", code=65)
    assert "a reason is needed" in ask(till, "events", "release", first, "--reason", " ", code=65)
    assert sorted(till.rows("SELECT id, status FROM orders")) == [
        ("live-1", "paid"), *((f"slip-{n}", "paid") for n in range(4))]
    assert till.rows("SELECT DISTINCT status, hold_reason FROM webhook_events") == [("done", None)]
    assert till.rows("SELECT count(*), max(attempts) FROM step_runs WHERE action = 'update-order'"
                     ) == [(5, 1)]
    assert len(till.mails()) == 5
    released = till.rows(
        "SELECT event_id, actor, detail FROM audit_log WHERE action = 'event.released'")
    assert [id for id, _, _ in released] == [first, second, *others]
    assert all(actor.startswith("cli:") for _, actor, _ in released)
    detail = json.loads(released[0][2])
    assert "is for mode live" in detail["held"]
    assert detail["reason"] == "the endpoint said live by mistake"
    # A duplicate of a released event is known.
    assert till.send(slips[0]).json["duplicate"] is True
    assert "till events release" not in on_terminal(till, "events", "ls", errors=True, columns=200)
    assert ask(till, "audit", "verify")


def test_a_released_event_meets_the_modes_of_the_workflows(make_till):
    till = make_till()
    till.config.write_text(till.config.read_text().replace("    mode: any", "    mode: live"))
    file = till.site / "workflows" / "payment-intent-succeeded.yaml"
    till.write("workflows/payment-intent-succeeded.yaml", file.read_text() + "mode: live\n")
    till.start()
    slip = event("payment_intent.succeeded", payment_intent(metadata={"order_id": "slip"}))
    till.deliver(slip)

    ask(till, "events", "release", slip["id"], "--reason", "to see")
    till.settle()

    assert till.rows("SELECT status FROM webhook_events") == [("unmatched",)]
    assert till.value("SELECT count(*) FROM orders") == 0
    assert "no workflow" in ask(till, "events", "release", slip["id"], "--reason", "x", code=65)


def test_an_unsure_run_is_shown_and_resolved_by_a_person(make_till, tmp_path):
    peer = LosingPeer()
    till = make_till(TILL_HTTP_ALLOW_HOSTS="127.0.0.1")
    more = """\
    when-unsure: stop
  - id: ring
    uses: http-request
    with: { url: "http://127.0.0.1:%d/ring", method: POST }
""" % peer.port
    till.write("workflows/failing.yaml", FAILING % peer.port + more)
    till.start()
    till.deliver(*(event("invoice.created", {"id": f"in_{n}", "object": "invoice"}) for n in (1, 2, 3)))
    unsure = ask(till, "runs", "ls", "--status", "unsure", "-q").split()
    status = ask(till, "status")
    samples = till.metrics()

    first, second, third = unsure
    assert len(peer.taken) == 3
    assert "3 unsure (the oldest of " in status
    assert samples["till_runs_unsure"] == 3 and "till_runs_unsure_oldest_age_seconds" in samples
    assert "runs resolve" in on_terminal(till, "runs", "show", first, errors=True)
    assert till.log.read_text().count("run is unsure and rests") == 3

    peer.loses = False
    assert ask(till, "runs", "resolve", first, "--as", "done", "--reason", "it is there") == f"{first}\n"
    ask(till, "runs", "resolve", second, "--as", "retry", "--reason", "it is not there")
    ask(till, "runs", "resolve", third, "--as", "failed", "--reason", "no use now")
    till.settle()
    ends = dict(till.rows("SELECT id, status FROM workflow_runs"))
    keys = [key for path, key in peer.taken if path == "/"]

    assert ends == {int(first): "succeeded", int(second): "succeeded", int(third): "dead"}
    assert len(keys) == 4 and len(set(keys)) == 3
    assert [path for path, _ in peer.taken].count("/ring") == 2
    assert "till runs retry" in ask(
        till, "runs", "resolve", third, "--as", "done", "--reason", "x", code=65)
    assert "a reason is needed" in ask(
        till, "runs", "resolve", third, "--as", "done", "--reason", " ", code=65)
    ask(till, "runs", "cancel", third, "--reason", "told the customer")
    assert till.value("SELECT status FROM workflow_runs WHERE id = ?", int(third)) == "skipped"
    details = [json.loads(detail) for (detail,) in till.rows(
        "SELECT detail FROM audit_log WHERE action IN ('run.resolved', 'run.cancelled')"
        " AND actor LIKE 'cli:%'")]
    assert [detail["reason"] for detail in details] == [
        "it is there", "it is not there", "no use now", "told the customer"]
    assert ask(till, "audit", "verify")


def test_status_shows_daemon_rules_and_counts(served):
    text = ask(served, "status")
    shown = json.loads(ask(served, "status", "-o", "json"))

    assert f"process {served.process.pid}" in text and "3 succeeded" in text
    assert shown["running"] and shown["ready"] and shown["pid"] == served.process.pid
    assert shown["runs"]["succeeded"] == 3 and shown["events"]["done"] == 3
    assert shown["listen"] == f"127.0.0.1:{served.port}"


# Rules and settings

def test_check_finds_all_mistakes_of_settings_plugins_and_workflows(make_till):
    till = make_till()
    config = ("--config", str(till.config))
    right = till.run("check", *config)
    assert right.returncode == 0 and right.stdout.startswith("right: ")
    assert "choose these events in Stripe: charge.dispute.closed charge.dispute.created" in (
        right.stderr)

    till.write("etc/till.yaml", till.config.read_text() + "\nsurplus: 1\n")
    till.write("workflows/broken.yaml", "name: broken\non: a.b\nsteps:\n  - uses: nothing\n")
    done = till.run("check", *config)

    assert done.returncode == 78 and done.stdout == ""
    assert "till.yaml:" in done.stderr and "surplus" in done.stderr
    assert "broken.yaml:4:11: error" in done.stderr
    assert re.search(r"^\d+ mistakes$", done.stderr, re.MULTILINE)


def test_check_leaves_nothing_behind(make_till):
    till = make_till()
    till.run("check", "--config", str(till.config), "--state", str(till.state))

    assert not till.state.exists()


def test_check_without_secrets_is_for_build_servers(make_till):
    till = make_till(STRIPE_WEBHOOK_SECRET="")
    config = ("--config", str(till.config))

    assert till.run("check", *config).returncode == 78
    assert till.run("check", "--without-secrets", *config).returncode == 0


def test_config_show_says_where_values_come_from(make_till):
    till = make_till(TILL_LISTEN="127.0.0.1:1234", TILL_MAIL_SMTP_PASSWORD="hunter2hunter2")
    config = ("--config", str(till.config))
    done = till.run("config", "show", *config, "-o", "json")
    shown = {line["name"]: line for line in json.loads(done.stdout)}

    assert shown["listen"]["value"] == "127.0.0.1:1234"
    assert shown["listen"]["origin"] == "environment TILL_LISTEN" and not shown["listen"]["live"]
    assert shown["admin-listen"]["origin"].startswith(str(till.config) + ":")
    assert "hunter2" not in done.stdout + till.run("config", "show", *config).stdout


def test_schema_is_json_and_needs_no_secret(make_till):
    till = make_till(STRIPE_WEBHOOK_SECRET="")
    done = till.run("schema", "--config", str(till.config))

    assert done.returncode == 0, done.stderr
    assert "update-order" in done.stdout
    assert "json-schema.org" in json.loads(done.stdout)["$schema"]


# Trigger

def test_trigger_posts_events_of_its_own_with_overrides(till):
    door = f"http://127.0.0.1:{till.port}/webhooks/stripe"
    done = till.run(
        "trigger", "payment_intent.succeeded", "--url", door, "--count", "3",
        "--override", "metadata.order_id=t-1", "--override", "object.amount=700",
        "--override", "object.amount_received=700", "--override", "object.currency=jpy")
    till.settle()

    assert done.returncode == 0, done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert len({id for id, _, _ in lines}) == 3
    assert {(status, answer) for _, status, answer in lines} == {("200", '{"received":true}')}
    assert till.row("SELECT status, amount, currency FROM orders WHERE id = 't-1'") == (
        "paid", 700, "jpy")
    bodies = [json.loads(body) for (body,) in till.rows("SELECT body FROM event_bodies")]
    assert all(body["data"]["object"]["amount"] == 700 for body in bodies)
    assert all(abs(body["created"] - time.time()) < 60 for body in bodies)


def test_trigger_finds_door_and_secret_in_the_settings(till):
    done = till.run(
        "trigger", "charge.succeeded", "--id", "evt_same", "--count", "2", "--config",
        str(till.config), TILL_LISTEN=f"127.0.0.1:{till.port}")

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        'evt_same\t200\t{"received":true}', 'evt_same\t200\t{"received":true,"duplicate":true}']


def test_a_refused_trigger_says_why(till):
    done = till.run(
        "trigger", "charge.succeeded", "--secret", "whsec_wrong", "--url",
        f"http://127.0.0.1:{till.port}/webhooks/stripe")

    assert done.returncode == 65
    assert "\t400\t" in done.stdout and "secret" in done.stderr
    assert "whsec_wrong" not in done.stdout + done.stderr


def test_trigger_takes_a_file_and_can_only_print(till, tmp_path):
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(event("charge.captured", {"id": "ch_1", "object": "charge"})))
    done = till.run("trigger", str(file), "--print", "--override", "object.note=two words")

    made = json.loads(done.stdout)
    assert done.returncode == 0
    assert made["type"] == "charge.captured" and made["data"]["object"]["note"] == "two words"
    assert till.value("SELECT count(*) FROM webhook_events") == 0


def test_what_trigger_prints_can_be_kept_and_explained_later(till):
    for kind in ("payment_intent.succeeded", "charge.refunded", "checkout.session.completed"):
        made = till.run("trigger", kind, "--print")
        assert json.loads(made.stdout)["type"] == kind


# Rehearsals

def test_the_shipped_tests_pass_and_need_no_secret(make_till):
    till = make_till(STRIPE_WEBHOOK_SECRET="")
    done = till.run("test", "--config", str(till.config))

    assert done.returncode == 0, done.stdout
    assert "FAILED" not in done.stdout and done.stdout.count("ok  ") > 40
    assert "cases passed" in done.stderr


def test_a_case_that_fails_is_named_with_what_differs(make_till):
    till = make_till()
    file = till.write("workflows/charge-succeeded.test.yaml", """\
cases:
  - name: hopes for too much
    given:
      event: { fixture: charge.succeeded }
    expect:
      runs: { charge-succeeded: dead }
""")
    done = till.run("test", str(file.with_name("charge-succeeded.yaml")), "--config", str(till.config))

    assert done.returncode == 65
    assert "FAILED  charge-succeeded: hopes for too much" in done.stdout
    assert "charge-succeeded.test.yaml:2:" in done.stdout
    assert "runs: charge-succeeded" in done.stdout


def test_a_broken_test_file_is_a_mistake_with_its_place(make_till):
    till = make_till()
    file = till.write("workflows/charge-succeeded.test.yaml", "cases:\n  - nam: x\n")
    done = till.run("test", str(file), "--config", str(till.config))

    assert done.returncode == 78
    assert "charge-succeeded.test.yaml:2:5" in done.stderr


def test_explain_takes_a_sample_a_file_and_a_stored_event(till, tmp_path):
    paid = event("payment_intent.succeeded", payment_intent(metadata={"order_id": "x-1"}))
    till.deliver(paid)
    file = tmp_path / "event.json"
    file.write_text(json.dumps(paid))
    here = ("--config", str(till.config), "--state", str(till.state))

    for source in ("payment_intent.succeeded", str(file), paid["id"]):
        done = till.run("explain", source, *here)
        assert done.returncode == 0, done.stderr
        assert "payment-intent-succeeded: runs" in done.stdout
        assert "update-order" in done.stdout and "effect.sql" in done.stdout

    shown = json.loads(till.run("explain", paid["id"], *here, "-o", "json").stdout)
    assert shown["event"] == paid["id"] and shown["workflows"][0]["verdict"] == "runs"
    assert till.value("SELECT count(*) FROM workflow_runs") == 1


def test_explain_works_on_a_machine_without_secrets_or_database(make_till):
    till = make_till(STRIPE_WEBHOOK_SECRET="")
    here = ("--config", str(till.config), "--state", str(till.state))
    done = till.run("explain", "charge.refunded", *here)

    assert done.returncode == 0, done.stderr
    assert "charge-refunded" in done.stdout
    assert not till.state.exists()


def test_explain_says_when_nothing_takes_an_event(make_till, tmp_path):
    till = make_till()
    file = tmp_path / "event.json"
    file.write_text(json.dumps(event("balance.available", {"id": "bal_1", "object": "balance"})))
    config = ("--config", str(till.config))

    assert "no workflow takes" in till.run("explain", str(file), *config).stdout
    file.write_text("{}")
    assert till.run("explain", str(file), *config).returncode == 65
    assert till.run("explain", "evt_nowhere", *config).returncode == 66
    near = till.run("explain", "charge.refundet", *config)
    assert near.returncode == 66 and 'did you mean "charge.refunded"?' in near.stderr


# Log lines

@pytest.mark.parametrize("form", ["text", "logfmt", "json"])
def test_every_log_line_can_be_read_by_a_machine(make_till, form):
    till = make_till(TILL_LOG_LEVEL="trace", TILL_LOG_FORMAT=form).start()
    paid = event("payment_intent.succeeded", payment_intent(metadata={"order_id": "l\n1 \u202e"}))
    till.deliver(paid)
    till.post(b"{}", "t=1,v1=00")
    assert till.stop() == 0

    lines = till.log.read_text().splitlines()
    time_form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    value = r'(?:"(?:[^"\\]|\\.)*"|[^\s"=]+)'
    shapes = {
        "text": rf"{time_form} [A-Z]+ +[\w.-]+: .*",
        "logfmt": rf"ts={time_form} level=\w+ logger={value} msg={value}(?: [\w.-]+={value})*",
        "json": r"\{.*\}",
    }
    assert len(lines) > 3
    assert [line for line in lines if not re.fullmatch(shapes[form], line)] == []
    assert any(paid["id"] in line and "run_id" in line and "workflow" in line for line in lines)
    if form == "json":
        assert all({"ts", "level", "logger", "msg"} <= set(json.loads(line)) for line in lines)

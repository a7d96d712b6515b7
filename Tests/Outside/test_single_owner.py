"""One process owns a state folder: what keeps a second one out, and what it leaves to others."""

import hashlib

from events import event, payment_intent


def paid() -> dict:
    return event("payment_intent.succeeded", payment_intent())


def test_a_second_daemon_is_kept_out_and_told_by_whom_until_the_first_is_gone(make_till):
    first, second = make_till().start(), make_till()
    second.state = first.state

    second.launch()

    assert second.process.wait(20) == 69
    log = second.log.read_text()
    assert f"in use by another till (process {first.process.pid})" in log, log
    # The first one has not noticed.
    first.deliver(paid())

    # However it ends, the hold ends with it.
    first.kill()
    second.start()
    second.deliver(paid())
    assert second.value("SELECT count(*) FROM webhook_events WHERE status = 'done'") == 2
    assert second.stop() == 0
    first.start()


def test_the_command_line_reads_beside_the_daemon_and_writes_nothing(make_till):
    till = make_till().start()
    till.deliver(paid())
    commands = [["events", "ls"], ["runs", "ls"], ["dead", "ls"], ["audit", "ls"], ["audit", "verify"],
                ["events", "show", till.value("SELECT id FROM webhook_events")]]

    def look() -> None:
        for command in commands:
            done = till.run(*command, "--state", str(till.state))
            assert done.returncode == 0, (command, done.stderr)

    look()
    till.deliver(paid())
    assert till.stop() == 0
    before = hashlib.sha256(till.database.read_bytes()).hexdigest()
    till.database.chmod(0o400)

    look()

    assert hashlib.sha256(till.database.read_bytes()).hexdigest() == before
    # Nobody who only reads takes the hold.
    till.database.chmod(0o600)
    till.start()

"""Life as a service: health, metrics, signals, systemd's notifications."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import time

from conftest import ROOT
from events import event, payment_intent


def test_health_readiness_and_metrics_are_on_the_admin_listener_only(till):
    assert till.admin("/-/healthy").status == 200
    assert till.admin("/-/ready").status == 200
    assert till.admin("/metrics").status == 200
    for path in ("/-/healthy", "/-/ready", "/metrics"):
        assert till.post(b"", None, path=path, method="GET").status == 404


def test_promtool_finds_nothing_wrong_with_the_metrics(till):
    till.deliver(event("payment_intent.succeeded", payment_intent(metadata={"order_id": "m-1"})))
    till.post(b"{}", "t=1,v1=00")
    text = till.admin("/metrics").body

    check = subprocess.run(
        [shutil.which("promtool"), "check", "metrics"], input=text, capture_output=True)

    assert check.returncode == 0, check.stdout + check.stderr
    assert check.stdout + check.stderr == b""


def test_healthcheck_says_by_its_exit_code_whether_till_serves(till):
    address = f"127.0.0.1:{till.admin_port}"

    assert till.run("healthcheck", "--admin-listen", address).returncode == 0
    assert till.stop() == 0
    assert till.run("healthcheck", "--admin-listen", address).returncode == 69


def test_sigterm_ends_an_idle_daemon_at_once_with_0(till):
    began = time.monotonic()

    assert till.stop() == 0
    assert time.monotonic() - began < 2


def test_sigint_ends_it_with_0_too(till):
    till.process.send_signal(signal.SIGINT)

    assert till.process.wait(10) == 0


def test_a_second_daemon_on_one_state_folder_does_not_start(till, make_till):
    second = make_till()
    second.state = till.state
    second.launch()

    assert second.process.wait(10) == 69
    assert "till.lock" in second.log.read_text() or "another" in second.log.read_text()
    assert till.admin("/-/ready").status == 200


def test_a_taken_port_is_named(till, make_till):
    second = make_till()
    second.port = till.port
    second.launch()

    assert second.process.wait(10) == 69
    assert str(till.port) in second.log.read_text()


def test_a_broken_workflow_stops_the_start_and_is_named(make_till):
    till = make_till()
    till.write("workflows/broken.yaml", "name: broken\non: a.b\nsteps:\n  - uses: nothing\n")
    till.launch()

    assert till.process.wait(10) == 78
    assert "broken.yaml:4:11: error" in till.log.read_text()


def test_what_was_waiting_is_walked_after_a_restart(make_till):
    till = make_till()
    till.write("workflows/waits.yaml", """\
name: waits
on: payment_intent.processing
steps:
  - id: mark
    uses: update-order
    with:
      order: ${{ metadata ->> 'order_id' }}
      status: pending
      amount: ${{ object ->> 'amount' }}
      currency: ${{ object ->> 'currency' }}
      if-missing: wait
    wait: { every: 1s, for: 60s }
""")
    till.start()
    waits = event("payment_intent.processing", payment_intent(metadata={"order_id": "w-1"}))
    assert till.send(waits).status == 200
    till.wait_for("SELECT status = 'waiting' FROM workflow_runs WHERE workflow = 'waits'")
    assert till.stop() == 0

    till.start()
    assert till.send(
        event("payment_intent.succeeded", payment_intent(metadata={"order_id": "w-1"}))
    ).status == 200

    till.wait_for("SELECT status = 'succeeded' FROM workflow_runs WHERE workflow = 'waits'")
    assert till.value("SELECT status FROM orders WHERE id = 'w-1'") == "paid"


class Systemd:
    """The socket systemd would listen on."""

    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.heard: list[str] = []

    def hear(self, word: str, seconds: float = 10) -> list[str]:
        """Reads messages until one has that line; all lines read meanwhile."""
        deadline = time.monotonic() + seconds
        lines = []
        while True:
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                lines += self.socket.recv(4096).decode().split("\n")
            except TimeoutError as error:
                raise AssertionError(f"no {word} within {seconds} s, only {lines}") from error
            if word in lines:
                return lines


def test_systemd_is_told_of_start_reload_life_and_stop(make_till, tmp_path):
    systemd = Systemd(tmp_path / "notify")
    till = make_till(NOTIFY_SOCKET=systemd.path, WATCHDOG_USEC="600000")
    till.launch()

    assert any(line.startswith("STATUS=") for line in systemd.hear("READY=1"))
    assert till.admin("/-/ready").status == 200
    systemd.hear("WATCHDOG=1", 2)
    systemd.hear("WATCHDOG=1", 2)

    till.hang_up()
    lines = systemd.hear("RELOADING=1") + systemd.hear("READY=1")
    assert any(line.startswith("MONOTONIC_USEC=") for line in lines)

    till.process.send_signal(signal.SIGTERM)
    systemd.hear("STOPPING=1")
    assert till.process.wait(10) == 0


def test_a_slow_sender_is_cut_off_and_does_not_hold_a_connection(make_till):
    till = make_till(TILL_LIMITS_REQUEST_TIME="1s", TILL_LIMITS_IDLE_TIME="1s").start()
    with socket.create_connection(("127.0.0.1", till.port)) as link:
        link.sendall(
            b"POST /webhooks/stripe HTTP/1.1\r\nHost: till\r\nContent-Length: 100\r\n\r\n{")
        link.settimeout(8)
        began = time.monotonic()
        rest = b""
        try:
            while got := link.recv(4096):
                rest += got
        except ConnectionResetError:
            pass
        assert time.monotonic() - began < 6
        assert not rest.startswith(b"HTTP/1.1 2")
    with socket.create_connection(("127.0.0.1", till.port)) as link:
        link.settimeout(8)
        assert link.recv(1) == b""


def test_one_kept_connection_serves_good_and_bad_requests(till):
    from daemon import sign
    import json

    link = http.client.HTTPConnection("127.0.0.1", till.port, timeout=10)
    for number in range(20):
        body = json.dumps(event("a.b", {"id": f"x_{number}"})).encode()
        secret = {"secret": "whsec_wrong"} if number % 2 else {}
        link.request("POST", "/webhooks/stripe", body, {
            "Content-Type": "application/json", "Stripe-Signature": sign(body, **secret)})
        answer = link.getresponse()
        answer.read()
        assert answer.status == (400 if number % 2 else 200)
    link.close()


def test_the_shipped_unit_names_the_exit_codes_till_uses():
    unit = (ROOT / "etc" / "till.service").read_text()

    assert "RestartPreventExitStatus=64 78" in unit
    assert "Type=notify\n" in unit


def test_open_files_do_not_grow_with_deliveries(till):
    def open_files():
        return len(os.listdir(f"/proc/{till.process.pid}/fd"))

    till.deliver(event("a.b", {"id": "x"}))
    before = open_files()
    for _ in range(100):
        assert till.send(event("a.b", {"id": "x"})).status == 200
    till.settle()
    assert open_files() <= before + 5

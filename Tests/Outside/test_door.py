"""What the door takes and what it refuses, with the reason it gives."""

import json
import time

import pytest

from daemon import SECRET, sign
from events import event, payment_intent

BODY = json.dumps(event("payment_intent.succeeded", payment_intent())).encode()


def fresh_body() -> bytes:
    return json.dumps(event("payment_intent.succeeded", payment_intent())).encode()


def mac(body: bytes, secret: str = SECRET, at: int | None = None) -> str:
    return sign(body, secret, at).split("v1=")[1]


@pytest.fixture(scope="module")
def door(binary, tmp_path_factory):
    """One daemon for all of these: each test is one request."""
    from conftest import ROOT
    from daemon import Till

    till = Till(binary, ROOT, tmp_path_factory.mktemp("door"), {})
    till.start()
    yield till
    till.end()


def refused(door, answer, status: int, reason: str) -> None:
    stored = door.value("SELECT count(*) FROM webhook_events")
    assert (answer.status, answer.json["reason"]) == (status, reason), answer
    assert answer.json["received"] is False and answer.json["message"]
    assert door.value("SELECT count(*) FROM webhook_events") == stored


NOW = int(time.time())
HEADERS = {
    "no header": (None, "no_signature_header"),
    "empty": ("", "bad_signature_header"),
    "words": ("hello", "bad_signature_header"),
    "no time": (f"v1={mac(BODY)}", "bad_signature_header"),
    "no signature": (f"t={NOW}", "bad_signature_header"),
    "only v0": (f"t={NOW},v0={mac(BODY, at=NOW)}", "bad_signature_header"),
    "another scheme": (f"t={NOW},v2={mac(BODY, at=NOW)}", "bad_signature_header"),
    "time is a word": (f"t=now,v1={mac(BODY, at=NOW)}", "bad_signature_header"),
    "time too large": (f"t={10**30},v1={mac(BODY, at=NOW)}", "bad_signature_header"),
    "wrong secret": (sign(BODY, "whsec_other"), "signature_mismatch"),
    "no secret": (sign(BODY, ""), "signature_mismatch"),
    "zeros": (f"t={NOW},v1={'0' * 64}", "signature_mismatch"),
    "short": (f"t={NOW},v1={mac(BODY, at=NOW)[:-1]}", "signature_mismatch"),
    "long": (f"t={NOW},v1={mac(BODY, at=NOW)}0", "signature_mismatch"),
    "no hex": (f"t={NOW},v1={'z' * 64}", "signature_mismatch"),
    "time moved": (f"t={NOW + 1},v1={mac(BODY, at=NOW)}", "signature_mismatch"),
    "another body": (sign(BODY + b" "), "signature_mismatch"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_an_unproven_delivery_is_400_with_its_reason(door, name):
    header, reason = HEADERS[name]
    answer = door.post(BODY, header)

    assert answer.status == 400, answer
    # A value that cannot be a signature may be called unreadable instead of wrong.
    allowed = {reason, "bad_signature_header"} if reason == "signature_mismatch" else {reason}
    assert answer.json["reason"] in allowed, answer
    assert answer.headers["Content-Type"].startswith("application/json")
    assert door.value("SELECT count(*) FROM webhook_events WHERE id = ?",
                      json.loads(BODY)["id"]) == 0


@pytest.mark.parametrize("shape", [
    "t={t},v1={v}", "t={t},v0=abc,v1={v}", "t={t},v1=" + "0" * 64 + ",v1={v}", "v1={v},t={t}",
    "t={t},v1={v},v1=" + "f" * 64, "t={t},v9=x,later=y,v1={v}",
])
def test_any_right_v1_proves_whatever_stands_around_it(door, shape):
    body = fresh_body()
    now = int(time.time())

    answer = door.post(body, shape.format(t=now, v=mac(body, at=now)))

    assert (answer.status, answer.json) == (200, {"received": True})


def test_at_most_sixteen_signatures_are_looked_at(door):
    body = fresh_body()
    now = int(time.time())
    wrong = ",".join(f"v1={number:064x}" for number in range(16))

    refused(door, door.post(body, f"t={now},{wrong},v1={mac(body, at=now)}"),
            400, "signature_mismatch")
    fifteen = ",".join(f"v1={number:064x}" for number in range(15))
    assert door.post(body, f"t={now},{fifteen},v1={mac(body, at=now)}").status == 200


@pytest.mark.parametrize("shift, status, reason", [
    (-297, 200, None), (-302, 400, "signature_too_old"),
    (297, 200, None), (303, 400, "signature_in_future"),
])
def test_a_signature_is_good_for_300_seconds_both_ways(door, shift, status, reason):
    body = fresh_body()

    answer = door.post(body, sign(body, at=int(time.time()) + shift))

    assert (answer.status, answer.json.get("reason")) == (status, reason)


def test_a_known_event_is_a_duplicate_and_counted(door):
    body = fresh_body()
    id = json.loads(body)["id"]

    first, second = door.post(body, sign(body)), door.post(body, sign(body))

    assert first.json == {"received": True}
    assert second.json == {"received": True, "duplicate": True}
    assert (first.status, second.status) == (200, 200)
    door.wait_for("SELECT deliveries = 2 FROM webhook_events WHERE id = ?", id)


BODIES = {
    "no JSON": (b"payment", "not_json"),
    "half an object": (b'{"id": "evt_1", "type": "a', "not_json"),
    "empty": (b"", "not_json"),
    "a list": (b"[]", "not_json"),
    "no id": (b'{"object": "event", "type": "a.b"}', "not_an_event"),
    "no type": (b'{"object": "event", "id": "evt_1"}', "not_an_event"),
    "id is a number": (b'{"object": "event", "id": 1, "type": "a.b"}', "not_an_event"),
    "no UTF-8": (b'{"id": "evt_1", "type": "\xff"}', "not_utf8"),
    "deep": (b'{"id":"evt_1","type":"a.b","data":' + b"[" * 600 + b"]" * 600 + b"}", "not_json"),
    "long id": (b'{"object": "event", "id": "evt_' + b"x" * 300
                + b'", "type": "a.b", "created": 1}', "id_too_long"),
    "thin": (json.dumps({
        "id": "evt_test_1", "object": "v2.core.event", "type": "v1.billing.meter.no_meter_found",
        "created": "2026-11-20T10:00:00.000Z", "livemode": False,
        "related_object": {"id": "m_1", "type": "billing.meter", "url": "/v1/billing/meters/m_1"},
    }).encode(), "thin_payload"),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_is_signed_and_no_snapshot_event_is_400_with_its_reason(door, name):
    body, reason = BODIES[name]

    answer = door.post(body, sign(body))

    assert answer.status == 400, answer
    refused(door, answer, 400, reason)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_only_post_is_taken(door, method):
    answer = door.post(b"", None, method=method)

    refused(door, answer, 405, "not_post")
    assert answer.headers["Allow"] == "POST"


def test_a_body_above_the_limit_is_413(door):
    body = b'{"pad": "' + b"x" * (1 << 20) + b'"}'

    refused(door, door.post(body, sign(body)), 413, "too_large")


@pytest.mark.parametrize("headers", [
    {"Content-Type": "application/x-www-form-urlencoded"}, {"Content-Type": "text/plain"},
    {"Content-Encoding": "gzip"},
])
def test_another_media_type_or_encoding_is_415(door, headers):
    body = fresh_body()

    refused(door, door.post(body, sign(body), headers=headers), 415, "not_json_type")


def test_another_path_is_404(door):
    body = fresh_body()

    refused(door, door.post(body, sign(body), path="/webhooks/other"), 404, "no_endpoint")


def test_a_type_nobody_takes_is_stored_and_answered_200(door):
    unknown = event("terminal.reader.action_failed", {"id": "tmr_1", "object": "terminal.reader"})

    answer = door.send(unknown)

    assert (answer.status, answer.json) == (200, {"received": True})
    door.wait_for("SELECT status = 'unmatched' FROM webhook_events WHERE id = ?", unknown["id"])


def test_the_bytes_of_a_body_are_kept_as_they_came(door):
    odd = event("terminal.reader.odd", {"id": "tmr_2", "name": "عَرَبي 🧾", "n": 1.10})
    body = json.dumps(odd, ensure_ascii=False, indent=3, sort_keys=True).encode()

    assert door.post(body, sign(body)).status == 200

    kept = door.value(
        "SELECT CAST(body AS BLOB) FROM event_bodies JOIN webhook_events USING (seq) WHERE id = ?",
        odd["id"])
    assert kept == body


def test_both_secrets_of_a_rotation_are_taken_and_the_old_one_no_longer_after_it(make_till):
    till = make_till(OLD_SECRET="whsec_the_old_one")
    config = till.config.read_text()
    single = "- ${env:STRIPE_WEBHOOK_SECRET}"
    assert single in config
    till.config.write_text(config.replace(single, f"{single}\n      - ${{env:OLD_SECRET}}"))
    till.start()

    assert till.send(json.loads(fresh_body()), "whsec_the_old_one").status == 200
    assert till.send(json.loads(fresh_body())).status == 200

    till.config.write_text(config)
    assert till.run("reload", "--state", str(till.state)).returncode == 0
    assert till.send(json.loads(fresh_body()), "whsec_the_old_one").status == 400
    assert till.send(json.loads(fresh_body())).status == 200


def test_an_event_of_the_wrong_mode_is_kept_and_never_run(make_till):
    till = make_till()
    till.config.write_text(till.config.read_text().replace("    mode: any", "    mode: live"))
    till.start()
    test = event("payment_intent.succeeded", payment_intent(metadata={"order_id": "test-1"}))
    live = event("payment_intent.succeeded", payment_intent(metadata={"order_id": "live-1"}),
                 livemode=True)

    till.deliver(live, test)

    assert till.rows("SELECT id FROM orders") == [("live-1",)]
    assert till.value("SELECT status FROM webhook_events WHERE id = ?", test["id"]) == "held"


def test_without_a_secret_there_is_no_start(make_till):
    for environment in ({"STRIPE_WEBHOOK_SECRET": ""},):
        till = make_till(**environment)
        till.launch()
        assert till.process.wait(10) == 78
        assert "STRIPE_WEBHOOK_SECRET" in till.log.read_text()

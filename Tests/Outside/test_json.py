"""Odd JSON, well signed: a clear refusal or a sane record, quickly, and one reading of it only."""

import json
import time

import pytest

import effects
from daemon import sign
from events import event, fresh, payment_intent


@pytest.fixture(scope="module")
def door(binary, tmp_path_factory):
    from conftest import ROOT
    from daemon import Till

    till = Till(binary, ROOT, tmp_path_factory.mktemp("json"), {"TILL_LOG_LEVEL": "debug"})
    effects.only(till)
    till.start()
    yield till
    till.end()


def text(id, inner):
    return ('{"id":"%s","object":"event","type":"payment_intent.succeeded","created":1760000000,'
            '"livemode":false,%s}' % (id, inner)).encode()


DATA = '"data":{"object":{"id":"pi_1","object":"payment_intent","metadata":{}}}'
# What stands beside id and type, and the reason it is refused for; None where it is stored.
ODD = {
    "511 deep": ('"x":' + "[" * 511 + "]" * 511, None),
    "513 deep": ('"x":' + "[" * 513 + "]" * 513, "not_json"),
    "100,000 deep": ('"x":' + "[" * 100_000 + "]" * 100_000, "not_json"),
    "100,000 deep and no end": ('"x":' + "[" * 100_000, "not_json"),
    "100,000 deep objects": ('"x":' + '{"a":' * 100_000 + "1" + "}" * 100_000, "not_json"),
    "150,000 keys": (DATA + "," + ",".join(f'"k{n}":1' for n in range(75_000)), None),
    "100,000 keys in the object": ('"data":{"object":{"id":"pi_2","metadata":{},' + ",".join(
        f'"k{n}":1' for n in range(75_000)) + "}}", None),
    "one long key": (DATA + ',"' + "k" * 900_000 + '":1', None),
    "one long string": (DATA + ',"x":"' + "s" * 900_000 + '"', None),
    "one long number": (DATA + ',"x":' + "9" * 900_000, None),
    "many escapes": (DATA + ',"x":"' + "\\u0041" * 140_000 + '"', None),
    "a lone surrogate": (DATA + ',"x":"\\ud800"', None),
    "a lone low surrogate": (DATA + ',"x":"\\udc00\\ud800"', None),
    "1e400": (DATA + ',"x":1e400', None),
    "-1e400": (DATA + ',"x":-1E+400', None),
    "a tiny number": (DATA + ',"x":1e-999999999', None),
    "2^64": (DATA + ',"x":18446744073709551616', None),
    "2^63 as a time": (DATA + ',"created":9223372036854775808', None),
    "NUL in a string": (DATA + ',"x":"a\\u0000b"', None),
    "a raw NUL in a string": (DATA + ',"x":"a\0b"', "not_json"),
    "a raw line feed in a string": (DATA + ',"x":"a\nb"', "not_json"),
    "NaN": (DATA + ',"x":NaN', "not_json"),
    "Infinity": (DATA + ',"x":-Infinity', "not_json"),
    "a comment": (DATA + ',/* x */"x":1', "not_json"),
    "a trailing comma": (DATA + ",", "not_json"),
    "single quotes": (DATA + ",'x':1", "not_json"),
    "no quotes": (DATA + ",x:1", "not_json"),
    "hex": (DATA + ',"x":0x10', "not_json"),
    "a leading zero": (DATA + ',"x":01', "not_json"),
    "a plus": (DATA + ',"x":+1', "not_json"),
    "a point at the end": (DATA + ',"x":1.', "not_json"),
    "data is a number": ('"data":5', None),
    "data is null": ('"data":null', None),
    "the object is a list": ('"data":{"object":[1,2]}', None),
    "metadata is a text": ('"data":{"object":{"id":"pi_3","metadata":"x"}}', None),
    "an id of another type": ('"data":{"object":{"id":7,"metadata":{}}}', None),
    "the payment is an object": (
        '"data":{"object":{"id":"ch_1","payment_intent":{"id":["x"]}}}', None),
    "livemode is a text": ('"livemode":"true",' + DATA, None),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_json_is_refused_with_a_reason_or_stored_as_it_came(door, name):
    inner, reason = ODD[name]
    id = fresh("evt")
    body = text(id, inner)
    assert len(body) <= 1 << 20
    began = time.monotonic()

    answer = door.post(body, sign(body))

    took = time.monotonic() - began
    print(f"{name}: {answer.status} after {took * 1000:.0f} ms")
    assert took < 2, "it should be some ms; this is a busy machine's bound"
    if reason:
        assert (answer.status, answer.json["reason"]) == (400, reason)
        assert door.value("SELECT count(*) FROM webhook_events WHERE id = ?", id) == 0
    else:
        assert answer.status == 200, answer
        door.settle()
        assert door.value("SELECT CAST(body AS BLOB) FROM event_bodies JOIN webhook_events"
                          " USING (seq) WHERE id = ?", id) == body
        assert door.run("events", "show", id, "--state", str(door.state)).returncode == 0


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"{}", b"1 "])
def test_nothing_stands_before_the_object(door, before):
    body = before + text(fresh("evt"), DATA)

    answer = door.post(body, sign(body))

    assert answer.status == 400
    assert answer.json["reason"] in ("not_json", "not_utf8")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_another_encoding_is_refused(door, encoding):
    body = text(fresh("evt"), DATA + ',"x":"é"').decode().encode(encoding)

    assert door.post(body, sign(body)).json["reason"] in ("not_json", "not_utf8")


READ = """\
name: noting
on: "payment_intent.succeeded"
steps:
  - uses: note-effect
    with:
      marker: >-
        ${{ json_array(event ->> 'id', event ->> 'type', event -> 'data' -> 'object' ->> 'id',
        object ->> 'id', metadata ->> 'a', object -> 'metadata' ->> 'a', id, type,
        event -> 'data' -> 'object' -> 'metadata' ->> 'a') }}
"""
# Members given twice: the row, the lane and every expression must take the
# same one.
TWICE = {
    "id": '"id":"evt_other","data":{"object":{"id":"pi_1","metadata":{"a":"1"}}}',
    "type": '"type":"charge.refunded","data":{"object":{"id":"pi_1","metadata":{"a":"1"}}}',
    "data": '"data":{"object":{"id":"pi_1","metadata":{"a":"1"}}},'
            '"data":{"object":{"id":"pi_2","metadata":{"a":"2"}}}',
    "data, first a number": '"data":5,"data":{"object":{"id":"pi_2","metadata":{"a":"2"}}}',
    "object": '"data":{"object":{"id":"pi_1","metadata":{"a":"1"}},'
              '"object":{"id":"pi_2","metadata":{"a":"2"}}}',
    "object, first null": '"data":{"object":null,"object":{"id":"pi_2","metadata":{"a":"2"}}}',
    "object id": '"data":{"object":{"id":"pi_1","id":"pi_2","metadata":{"a":"1"}}}',
    "object id, first a number": '"data":{"object":{"id":7,"id":"pi_2","metadata":{"a":"1"}}}',
    "metadata": '"data":{"object":{"id":"pi_1","metadata":{"a":"1"},"metadata":{"a":"2"}}}',
    "metadata, first null": '"data":{"object":{"id":"pi_1","metadata":null,"metadata":{"a":"2"}}}',
    "a key of metadata": '"data":{"object":{"id":"pi_1","metadata":{"a":"1","a":"2"}}}',
}


def test_of_two_members_of_a_name_everything_takes_the_same(make_till):
    till = make_till()
    effects.only(till)
    till.write("workflows/noting.yaml", READ)
    till.start()
    ids = {}
    for name, inner in TWICE.items():
        ids[name] = fresh("evt")
        body = text(ids[name], inner)
        assert till.post(body, sign(body)).status == 200, name
    till.settle()

    read = dict(till.rows("SELECT event_id, marker FROM effects"))
    stored = {id: rest for id, *rest in till.rows(
        "SELECT id, type, object_id, lane FROM webhook_events")}
    for name, id in ids.items():
        outer, kind, inner_id, object_id, meta, object_meta, own, own_type, deep = json.loads(read[id])
        assert outer == own == id, name
        assert kind == own_type == stored[id][0] == "payment_intent.succeeded", name
        text_id = None if object_id is None else str(object_id)
        assert (inner_id, object_id) in ((object_id, object_id), (None, None)), name
        assert stored[id][1] in (text_id, None) and (
            stored[id][1] is not None or not isinstance(object_id, str)), (name, stored[id], object_id)
        assert meta == object_meta == deep, name

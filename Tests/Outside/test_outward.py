"""Many calls to a web server that takes its time."""

from events import event, payment_intent
from load import request, send_all
from peers import WebServer

CALLS = 200

WORKFLOW = """\
name: call
on: payment_intent.succeeded
steps:
  - id: call
    uses: http-request
    with:
      url: http://127.0.0.1:PORT/slow/500
      body: { paid: true }
"""


def test_calls_to_a_slow_server_are_under_way_together(make_till, tmp_path):
    till = make_till()
    with WebServer(tmp_path / "web") as web:
        till.keep_workflows()
        till.write("workflows/call.yaml", WORKFLOW.replace("PORT", str(web.port)))
        web.allow(till)
        till.start()

        send_all(till.port, [request(event("payment_intent.succeeded", payment_intent()))
                             for _ in range(CALLS)], connections=32)
        till.settle(60)

        entries = web.entries
        assert len(entries) == CALLS
        # Sixteen at once would take six seconds.
        assert max(e["at"] for e in entries) - min(e["at"] for e in entries) <= 3
        assert len({e["connection"] for e in entries}) <= CALLS
        keys = {e["headers"]["idempotency-key"] for e in entries}
        assert len(keys) == CALLS
    assert till.stop() == 0

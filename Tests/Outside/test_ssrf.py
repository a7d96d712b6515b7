"""URLs that come from an event, in every spelling of "this machine": nobody is connected to."""

import json
import shutil
import socket
import subprocess
import threading

import pytest

from events import event, payment_intent
from peers import WebServer

WORKFLOW = """\
name: call
on: payment_intent.succeeded
steps:
  - id: call
    uses: http-request
    with:
      url: ${{ metadata ->> 'url' }}
      body: { paid: true }
    retry: { attempts: 1, delay: 1s, factor: 1, max-delay: 1s }
    timeout: 3s
"""


class Listener:
    """Takes connections on every address of this machine and counts them."""

    def __init__(self):
        self.count = 0
        self.sockets = [socket.create_server(("0.0.0.0", 0))]
        self.port = self.sockets[0].getsockname()[1]
        self.sockets.append(socket.create_server(
            ("::", self.port), family=socket.AF_INET6, dualstack_ipv6=False))
        for each in self.sockets:
            threading.Thread(target=self.listen, args=(each,), daemon=True).start()

    def listen(self, on):
        while True:
            try:
                link, _ = on.accept()
            except OSError:
                return
            self.count += 1
            link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            link.close()

    def close(self):
        for each in self.sockets:
            each.close()


@pytest.fixture(scope="module")
def listener():
    made = Listener()
    yield made
    made.close()


# PORT is the listener's.
URLS = """\
http://127.0.0.1:PORT/
http://127.0.0.1.:PORT/
http://127.1:PORT/
http://127.0.1:PORT/
http://2130706433:PORT/
http://4294967297:PORT/
http://0x7f000001:PORT/
http://0x7f.0.0.1:PORT/
http://0x7f.0x0.0x0.0x1:PORT/
http://0177.0.0.1:PORT/
http://017700000001:PORT/
http://0177.0x0.0.1:PORT/
http://127.000.000.001:PORT/
http://00000127.0.0.1:PORT/
http://127.0.0.1%2e:PORT/
http://%31%32%37.0.0.1:PORT/
http://127.0.0.1%00.example.com:PORT/
http://127.255.255.254:PORT/
http://0:PORT/
http://0.0.0.0:PORT/
http://0.1:PORT/
http://[::]:PORT/
http://[::1]:PORT/
http://[0:0:0:0:0:0:0:1]:PORT/
http://[0000:0000:0000:0000:0000:0000:0000:0001]:PORT/
http://[::ffff:127.0.0.1]:PORT/
http://[::ffff:7f00:1]:PORT/
http://[0:0:0:0:0:ffff:7f00:1]:PORT/
http://[::127.0.0.1]:PORT/
http://[::7f00:1]:PORT/
http://[64:ff9b::7f00:1]:PORT/
http://[64:ff9b:1::7f00:1]:PORT/
http://[2002:7f00:1::]:PORT/
http://[2001:0:7f00:1::]:PORT/
http://[::1%25lo]:PORT/
http://[::1%lo]:PORT/
http://[fe80::1%25lo]:PORT/
http://[fe80::1]:PORT/
http://[fec0::1]:PORT/
http://[fd00:ec2::254]:PORT/
http://[ff02::1]:PORT/
http://[fc00::1]:PORT/
http://localhost:PORT/
http://LOCALHOST:PORT/
http://localhost.:PORT/
http://localhost.localdomain:PORT/
http://ip6-localhost:PORT/
http://user@127.0.0.1:PORT/
http://example.com@127.0.0.1:PORT/
http://example.com:80@127.0.0.1:PORT/
http://127.0.0.1:PORT@example.invalid/
http://example.invalid#@127.0.0.1:PORT/
http://example.invalid\\@127.0.0.1:PORT/
http://127.0.0.1:PORT\\@example.invalid/
http:\\\\127.0.0.1:PORT/
http:///127.0.0.1:PORT/
http:127.0.0.1:PORT/
//127.0.0.1:PORT/
127.0.0.1:PORT
http://１２７.０.０.１:PORT/
http://127。0。0。1:PORT/
http://①②⑦.⓪.⓪.①:PORT/
http://ⓛocalhost:PORT/
http://loc\u00adalhost:PORT/
http://127.0.0.1:PORT \t/
http://127.0.0.1\r\n:PORT/
http://127.0.0.1:0PORT/
http://127.0.0.1:+PORT/
https://127.0.0.1:PORT/
ftp://127.0.0.1:PORT/
gopher://127.0.0.1:PORT/_GET%20/
dict://127.0.0.1:PORT/
telnet://127.0.0.1:PORT/
smtp://127.0.0.1:PORT/
ldap://127.0.0.1:PORT/
tftp://127.0.0.1:PORT/
file:///etc/passwd
unix:///tmp/socket
http://169.254.169.254/latest/meta-data/
http://100.100.100.200/
http://100.64.0.1:PORT/
http://10.0.0.1:PORT/
http://172.16.0.1:PORT/
http://192.168.0.1:PORT/
http://192.0.0.192/
http://198.18.0.1:PORT/
http://224.0.0.1:PORT/
http://255.255.255.255:PORT/
http://240.0.0.1:PORT/
""".splitlines()


def decoded(url, port):
    """The line with its escapes resolved."""
    return (url.replace("PORT", str(port)).replace("\\u00ad", "\u00ad").replace("\\\\", "\\")
            .replace("\\t", "\t").replace("\\r", "\r").replace("\\n", "\n"))


def call(till, urls):
    """Lets a workflow call each; how its step ended."""
    ids = []
    for url in urls:
        paid = event("payment_intent.succeeded", payment_intent(metadata={"url": url}))
        assert till.send(paid).status == 200
        ids.append(paid["id"])
    till.settle(60)
    ended = dict(till.rows(
        "SELECT e.id, json_array(s.status, s.reason) FROM step_runs s"
        " JOIN workflow_runs r ON r.id = s.run_id JOIN webhook_events e ON e.seq = r.event_seq"))
    return [json.loads(ended[id]) for id in ids]


def caller(make_till, **environment):
    till = make_till(**environment)
    till.keep_workflows()
    till.write("workflows/call.yaml", WORKFLOW)
    return till


def test_no_spelling_of_this_machine_is_connected_to(make_till, listener):
    urls = [decoded(url, listener.port) for url in URLS]
    assert len(urls) >= 60
    # This machine's own addresses as well, whatever networks it is in.
    names = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)}
    urls += [f"http://{name}:{listener.port}/" for name in names if ":" not in name]
    before = listener.count
    socket.create_connection(("127.0.0.1", listener.port)).close()
    assert wait_for(lambda: listener.count == before + 1), "the listener does not count"

    ends = call(caller(make_till).start(), urls)

    assert listener.count == before + 1
    for url, (status, reason) in zip(urls, ends):
        assert status == "failed", (url, reason)
        assert len(reason) > 20 and "lost" not in reason, (url, reason)


def wait_for(is_so):
    until = threading.Event()
    return any(is_so() or until.wait(0.02) for _ in range(500))


def test_a_redirect_to_this_machine_is_not_followed(make_till, listener, tmp_path):
    answers = [(status, {"Location": f"http://127.0.0.1:{listener.port}/"}, "")
               for status in (301, 302, 303, 307, 308)]
    before = listener.count
    with WebServer(tmp_path / "web", *answers) as peer:
        till = caller(make_till)
        peer.allow(till)
        till.start()

        ends = call(till, [f"http://127.0.0.1:{peer.port}/{n}" for n in range(5)])

        assert len(peer.entries) == 5
    assert all("redirects are not followed" in reason for _, reason in ends), ends
    assert listener.count == before


def test_proxies_of_the_environment_are_not_used(make_till, listener, tmp_path):
    proxy = f"http://127.0.0.1:{listener.port}"
    names = ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
    before = listener.count
    with WebServer(tmp_path / "web") as peer:
        till = caller(make_till, **dict.fromkeys(names, proxy))
        peer.allow(till)
        till.start()

        ends = call(till, [f"http://127.0.0.1:{peer.port}/", "http://shop.invalid/",
                           "https://shop.invalid/"])

        assert [status for status, _ in ends] == ["done", "failed", "failed"]
        assert len(peer.entries) == 1
    assert listener.count == before


def test_names_that_lead_to_this_machine_are_judged_by_where_they_lead(make_till, listener, tmp_path):
    """In a mount namespace of its own, with other names in /etc/hosts."""
    hosts = tmp_path / "hosts"
    hosts.write_text(
        "127.0.0.1 one.example.com\n::1 six.example.com\n"
        # Two addresses: the second must not be tried because the first was refused.
        "192.0.2.1 two.example.com\n127.0.0.1 two.example.com\n"
        "169.254.169.254 metadata.example.com\n0.0.0.0 zero.example.com\n"
        "::ffff:127.0.0.1 mapped.example.com\n10.1.2.3 ten.example.com\n")
    unshare = ["unshare", "--map-root-user", "--mount"] if shutil.which("unshare") else None
    if not unshare or subprocess.run([*unshare, "true"], capture_output=True).returncode:
        pytest.skip("this machine gives no mount namespace")
    till = caller(make_till)
    command = till.serve_command()
    till.serve_command = lambda: [
        *unshare, "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', str(hosts), *command]
    till.start()
    before = listener.count
    names = [line.split()[1] for line in hosts.read_text().splitlines()]

    ends = call(till, [f"http://{name}:{listener.port}/" for name in dict.fromkeys(names)])

    assert listener.count == before
    for name, (status, reason) in zip(dict.fromkeys(names), ends):
        assert status == "failed" and "leads to" in reason, (name, reason)

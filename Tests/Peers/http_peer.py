"""An HTTP server for tests: keeps a journal, answers as the path says, and plays Sentry.

Prints "PORT n" once it listens on loopback (or on --unix PATH) and ends when its standard input is closed.
Every request that arrived whole is one line of JSON in the journal, whatever was answered.

/status/N          that status; ?header=Name:value adds a header (more than once)
/stall             never an answer
/drop              the connection is cut without an answer
/slow/N            200 and the text ok after N milliseconds
/meet/N            200 and the text ok once N requests wait for it together
/half              status and header, then half of the body, then a cut
/endless           a body without end
/json              {"ok":true,"n":1}
/api/N/envelope/   Sentry: answers as project N says: 429 (rate limit), 403, 500, else 200
anything else      200 and the text ok

--script FILE holds a JSON list of [status, {header: value}, body]: the first requests get those answers, in
order, whatever their path. --lose N cuts every N-th connection after the request is in the journal: it was
acted upon and the answer is lost.
"""

import argparse
import json
import os
import socket
import socketserver
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from smtp_peer import certificate

lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    journal = None
    script = []
    lose = 0
    count = 0
    links = 0
    meetings = {}

    def setup(self):
        super().setup()
        with lock:
            Handler.links += 1
            self.link = Handler.links

    def log_message(self, *arguments):
        pass

    def address_string(self):
        return "peer"

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode("utf-8", "replace")
        entry = {
            "at": time.monotonic(),
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body,
            "connection": self.link,
        }
        with lock, open(self.journal, "a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
            scripted = self.script.pop(0) if self.script else None
            Handler.count += 1
            is_lost = self.lose and self.count % self.lose == 0
        if is_lost:
            self.close_connection = True
            return self.connection.shutdown(socket.SHUT_RDWR)
        if scripted:
            status, headers, text = scripted
            return self.answer(status, text.encode(), headers.items())
        parts = urlsplit(self.path)
        steps = [step for step in parts.path.split("/") if step]
        query = parse_qsl(parts.query)
        if steps[:1] == ["api"] and steps[2:] == ["envelope"]:
            self.sentry(steps[1], body)
        elif steps[:1] == ["status"]:
            headers = [value.split(":", 1) for name, value in query if name == "header"]
            self.answer(int(steps[1]), b"told so", headers)
        elif steps == ["stall"]:
            time.sleep(3600)
        elif steps[:1] == ["slow"]:
            time.sleep(int(steps[1]) / 1000)
            self.answer(200, b"ok", [])
        elif steps[:1] == ["meet"]:
            with lock:
                meeting = self.meetings.setdefault(steps[1], threading.Barrier(int(steps[1])))
            meeting.wait()
            self.answer(200, b"ok", [])
        elif steps == ["drop"]:
            self.close_connection = True
            self.connection.close()
        elif steps == ["half"]:
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"x" * 50)
            self.wfile.flush()
            self.close_connection = True
        elif steps == ["endless"]:
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                self.close_connection = True
        elif steps == ["json"]:
            self.answer(200, b'{"ok":true,"n":1}', [("Content-Type", "application/json")])
        else:
            self.answer(200, b"ok", [])

    def sentry(self, project, body):
        if project == "429":
            self.answer(429, b"{}", [("X-Sentry-Rate-Limits", "90::key, 7:session:key")])
        elif project in ("403", "500"):
            self.answer(int(project), b"{}", [])
        else:
            header, item, event = (json.loads(line) for line in body.splitlines())
            assert header["event_id"] == event["event_id"] and item["type"] == "event"
            assert len(body.splitlines()[2].encode()) == item["length"]
            self.answer(200, json.dumps({"id": header["event_id"]}).encode(), [])

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any


class Quiet:
    """A client that was killed is nothing to report."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class UnixServer(Quiet, socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    pass


class Server(Quiet, ThreadingHTTPServer):
    # Hundreds may come at once; who finds no place would try again after a second.
    request_queue_size = 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--journal", required=True)
    parser.add_argument("--unix", help="the path of a Unix socket to listen on")
    parser.add_argument("--tls", help="a folder for a fresh certificate; speaks HTTPS")
    parser.add_argument("--script", help="a file with the first answers")
    parser.add_argument("--lose", type=int, default=0, help="every which answer is lost")
    options = parser.parse_args()
    Handler.lose = options.lose
    Handler.journal = options.journal
    if options.script:
        with open(options.script, encoding="utf-8") as file:
            Handler.script = json.load(file)

    if options.unix:
        server = UnixServer(options.unix, Handler)
    else:
        server = Server(("127.0.0.1", 0), Handler)
    if options.tls:
        server.socket = certificate(options.tls).wrap_socket(server.socket, server_side=True)

    def until_closed():
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=until_closed, daemon=True).start()
    print("PORT", 0 if options.unix else server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

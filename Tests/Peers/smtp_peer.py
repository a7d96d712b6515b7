"""A mail server for tests: keeps a journal, and misbehaves as the recipient's name says.

Prints "PORT n" once it listens on loopback and ends when its standard input is closed. Every mail that
was handed over whole is one line of JSON in the journal, whatever was answered.

Recipients: 450@ and 550@ are refused at RCPT; 451@, 554@ and 421@ after DATA; stall@ gets no answer after
DATA; cut@ has its connection cut after DATA, cutrcpt@ at RCPT. After a mail to last@ the next one of its
connection is answered 421 at MAIL; one to after@ is answered when the next mail has come. Anybody else gets 250, but --lose N cuts
the connection after every N-th mail: it was taken and the answer is lost.
"""

import argparse
import asyncio
import base64
import json
import os
import ssl
import subprocess
import sys
import threading

from aiosmtpd.smtp import SMTP, AuthResult


class Journal:
    def __init__(self, path, password, lose):
        self.path = path
        self.password = password
        self.lose = lose
        self.count = 0
        self.next = asyncio.Event()

    def write(self, entry):
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def authenticate(self, server, session, envelope, mechanism, data):
        given = (data.login.decode(), data.password.decode())
        if given == ("till", self.password):
            session.user = given[0]
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(self, server, session, envelope, address, options):
        if getattr(session, "is_over", False):
            return "421 4.7.0 too many mails on this connection"
        envelope.mail_from = address
        return "250 2.1.0 ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        kind = address.split("@")[0]
        if kind == "450":
            return "450 4.2.1 mailbox busy"
        if kind == "550":
            return "550 5.1.1 no such user"
        if kind == "cutrcpt":
            server.transport.abort()
            return "421 4.3.0 gone"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        kind = envelope.rcpt_tos[0].split("@")[0]
        self.write(
            {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "source": base64.b64encode(envelope.original_content).decode(),
                "tls": session.ssl is not None,
                "user": getattr(session, "user", None),
                "greeting": session.host_name,
                "connection": session.peer[1],
            }
        )
        self.count += 1
        self.next.set()
        if self.lose and self.count % self.lose == 0:
            server.transport.abort()
        if kind == "451":
            return "451 4.3.0 try later"
        if kind == "554":
            return "554 5.6.0 not wanted"
        if kind == "421":
            return "421 4.3.2 closing"
        if kind == "stall":
            await asyncio.sleep(3600)
        if kind == "after":
            self.next.clear()
            await self.next.wait()
        if kind == "last":
            session.is_over = True
        if kind == "cut":
            server.transport.abort()
        return "250 2.0.0 kept"


def certificate(folder):
    """A fresh certificate for localhost in that folder, and a context that uses it."""
    key, cert = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        + ["-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost"]
        + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


async def serve(options):
    context = certificate(options.tls) if options.tls else None
    journal = Journal(options.journal, options.password, options.lose)

    def protocol():
        return SMTP(
            journal,
            hostname="localhost",
            tls_context=context if not options.smtps else None,
            require_starttls=options.require_starttls,
            authenticator=journal.authenticate if options.password else None,
            auth_required=bool(options.password),
            auth_require_tls=context is not None and not options.smtps,
            enable_SMTPUTF8=False,
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(
        protocol, "127.0.0.1", 0, ssl=context if options.smtps else None
    )
    print("PORT", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--journal", required=True)
    parser.add_argument("--tls", help="a folder for a fresh certificate; offers STARTTLS")
    parser.add_argument("--require-starttls", action="store_true")
    parser.add_argument("--smtps", action="store_true", help="TLS from the first byte")
    parser.add_argument("--password", help="the password of the user till; asks for a login")
    parser.add_argument("--lose", type=int, default=0, help="after every which mail to cut")
    options = parser.parse_args()

    def until_closed():
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=until_closed, daemon=True).start()
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()

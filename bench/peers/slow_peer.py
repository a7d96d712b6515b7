"""A web or mail server that takes its time, and counts connections and requests.

Prints "PORT n" once it listens on loopback. When its standard input is closed it prints one line of
JSON with what it saw, and ends.
"""

import argparse
import asyncio
import json
import os
import sys
import time


class Count:
    """What was seen."""

    def __init__(self):
        self.connections = self.requests = self.now = self.most = 0
        self.first = self.last = 0.0

    async def serve(self, seconds: float) -> None:
        """Takes so long for a request."""
        self.first = self.first or time.monotonic()
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(seconds)
        self.now -= 1
        self.requests += 1
        self.last = time.monotonic()

    def report(self) -> str:
        """The line of JSON."""
        return json.dumps({"connections": self.connections, "requests": self.requests,
                           "most_at_once": self.most, "seconds": self.last - self.first})


async def speak_http(reader, writer, count: Count, seconds: float) -> None:
    """Answers 200 to every request of a connection."""
    while True:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("content-length:")[2].partition("\r\n")[0].strip()
        await reader.readexactly(int(length or 0))
        await count.serve(seconds)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()


async def speak_smtp(reader, writer, count: Count, seconds: float) -> None:
    """Takes every mail; the time passes after its last line."""
    writer.write(b"220 localhost\r\n")
    while line := await reader.readline():
        word = line.split()[0].upper() if line.split() else b""
        if word == b"DATA":
            writer.write(b"354 go on\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            await count.serve(seconds)
        if word == b"QUIT":
            writer.write(b"221 bye\r\n")
            return
        writer.write(b"250 ok\r\n")
        await writer.drain()


async def main() -> None:
    """Serves until standard input is closed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("protocol", choices=["http", "smtp"])
    parser.add_argument("--latency-ms", type=float, default=0)
    options = parser.parse_args()
    count = Count()
    speak = speak_http if options.protocol == "http" else speak_smtp

    async def serve(reader, writer) -> None:
        count.connections += 1
        try:
            await speak(reader, writer, count, options.latency_ms / 1000)
        except (ConnectionError, asyncio.IncompleteReadError):
            # The client is done with its connection.
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    print("PORT", server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(count.report(), flush=True)
    # Connections may still be open; there is nothing to say about that.
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())

"""A relay in front of another peer that can hang: connections are taken, and nothing is ever answered.

Prints "PORT n" once it listens on loopback and ends when its standard input is closed. Reads a word a line:
"hold" lets new connections hang, "pass" cuts those that hang and relays new ones to port --to. Each
connection is one line of JSON in the journal when it comes and one when it goes, with how many are open then.
"""

import argparse
import asyncio
import json
import os
import sys
import threading
import time


class Valve:
    def __init__(self, options):
        self.options = options
        self.holds = False
        self.hanging = set()
        self.open = 0

    def note(self, what):
        entry = {"at": time.monotonic(), "what": what, "held": self.holds, "open": self.open}
        with open(self.options.journal, "a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    async def take(self, reader, writer):
        self.open += 1
        self.note("came")
        try:
            if self.holds:
                self.hanging.add(writer)
                while await reader.read(65536):
                    pass
            else:
                there = await asyncio.open_connection("127.0.0.1", self.options.to)
                await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))
        except OSError:
            pass
        finally:
            self.hanging.discard(writer)
            writer.close()
            self.open -= 1
            self.note("went")

    def obey(self, word):
        self.holds = word == "hold"
        if not self.holds:
            for writer in list(self.hanging):
                writer.transport.abort()
        print("done", flush=True)


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


async def serve(options):
    valve = Valve(options)
    loop = asyncio.get_running_loop()

    def listen():
        for line in sys.stdin:
            loop.call_soon_threadsafe(valve.obey, line.strip())
        os._exit(0)

    server = await asyncio.start_server(valve.take, "127.0.0.1", 0, backlog=1024)
    print("PORT", server.sockets[0].getsockname()[1], flush=True)
    threading.Thread(target=listen, daemon=True).start()
    await server.serve_forever()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--journal", required=True)
    parser.add_argument("--to", type=int, required=True, help="the port of the peer behind it")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()

"""A small TCP relay that is late: what comes in at one end leaves the other some time after.

`python -m tests.apart.relay --port 9443 --to 10.1.2.3:8443 --late 0.4 --mark 7`; `--mark` is put on
its own connections, so that the rule which leads others here lets it pass.
"""

import argparse
import asyncio
import contextlib
import socket

CHUNK = 65536


async def pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter, late: float) -> None:
    """In order and whole, each piece `late` seconds after it came; then the end."""
    line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    async def deliver() -> None:
        while True:
            due, piece = await line.get()
            await asyncio.sleep(due - loop.time())
            if not piece:
                target.write_eof()
                return
            target.write(piece)
            await target.drain()

    delivery = asyncio.create_task(deliver())
    with contextlib.suppress(OSError):
        while piece := await source.read(CHUNK):
            line.put_nowait((loop.time() + late, piece))
    line.put_nowait((loop.time() + late, b""))
    await delivery


async def carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, given: argparse.Namespace
) -> None:
    host, _, port = given.to.rpartition(":")
    onward = socket.socket()
    onward.settimeout(0)
    onward.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, given.mark)
    with contextlib.suppress(OSError), contextlib.closing(writer):
        await asyncio.get_running_loop().sock_connect(onward, (host, int(port)))
        far_reader, far_writer = await asyncio.open_connection(sock=onward)
        with contextlib.closing(far_writer):
            ways = (pipe(reader, far_writer, given.late), pipe(far_reader, writer, given.late))
            await asyncio.gather(*ways)


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.apart.relay", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--to", required=True)
    parser.add_argument("--late", type=float, required=True)
    parser.add_argument("--mark", type=int, required=True)
    given = parser.parse_args()
    server = await asyncio.start_server(
        lambda reader, writer: carry(reader, writer, given), "127.0.0.1", given.port
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())

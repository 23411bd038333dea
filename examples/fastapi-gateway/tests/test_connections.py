"""Connections: one pool for each endpoint, closed when the endpoint has gone and nothing is under way there."""

import asyncio

import httpx
import pytest

from gateway.connections import Connections


def served(test) -> None:
    """Runs `test` with connections and the address of a server that says its bodies in two pieces and counts who is connected."""

    async def run() -> None:
        connected = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connected.append(writer)
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\na")
                await asyncio.sleep(0.01)
                writer.write(b"b")

        async def quietly(reader, writer) -> None:
            try:
                await serve(reader, writer)
            except (asyncio.IncompleteReadError, ConnectionError):
                pass
            finally:
                connected.remove(writer)
                writer.close()

        server = await asyncio.start_server(quietly, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        connections = Connections(connect_timeout=1)
        await test(connections, f"{host}:{port}", connected)
        await connections.keep(set())
        server.close()

    asyncio.run(run())


def asked(address: str) -> httpx.Request:
    return httpx.Request("GET", f"http://{address}/")


async def until(holds) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.01)


def test_a_connection_is_used_again():
    async def test(connections, address, connected):
        for _ in range(3):
            response = await connections.send(address, asked(address))
            assert await response.aread() == b"ab"
            await response.aclose()
        assert len(connected) == 1

    served(test)


def test_an_endpoint_that_has_gone_keeps_its_connections_until_its_answers_are_over():
    async def test(connections, address, connected):
        response = await connections.send(address, asked(address))
        await connections.keep(set())
        assert await response.aread() == b"ab"
        await response.aclose()
        assert len(connected) == 1
        await connections.keep({address})
        assert address in connections.lines
        await connections.keep(set())
        assert not connections.lines
        await until(lambda: not connected)

    served(test)


def test_what_fails_is_not_under_way():
    async def test(connections, address, _connected):
        gone = "127.0.0.1:1"
        with pytest.raises(httpx.ConnectError):
            await connections.send(gone, asked(gone))
        assert connections.lines[gone].requests == 0

    served(test)

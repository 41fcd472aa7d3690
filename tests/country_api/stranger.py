"""Strangers at the agent's port, each as far as he comes."""

import json
import socket
import ssl

from tests.country_api.agent_process import AgentProcess

HALF_A_REQUEST = b"PUT /users/u1 HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n{"
STRANGE, OTHER = "127.0.0.2", "127.0.0.3"  # main_api calls from 127.0.0.1
SOON = 30.0  # an agent whose threads all wait for strangers answers in minutes, or never


def said_of_strangers(process: AgentProcess) -> list[str]:
    """What is in its log but its start and its trouble with the core, which is not there."""
    lines = process.log().splitlines()
    own = ("common.environment", "country_api.")
    return [it for it in lines if it[:1] != "{" or not json.loads(it)["logger"].startswith(own)]


def connect(process: AgentProcess, source: str = "127.0.0.1") -> socket.socket:
    there = ("127.0.0.1", process.port)
    return socket.create_connection(there, timeout=SOON, source_address=(source, 0))


def with_tls(
    process: AgentProcess, version: ssl.TLSVersion | None = None, source: str = "127.0.0.1"
) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        context.maximum_version = version
    return context.wrap_socket(connect(process, source))


def silent(process: AgentProcess) -> socket.socket:
    return connect(process)


def half_a_handshake(process: AgentProcess) -> socket.socket:
    sock = connect(process)
    sock.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    return sock


def shaken_hands(process: AgentProcess) -> socket.socket:
    return with_tls(process)


def half_a_request(process: AgentProcess) -> socket.socket:
    sock = with_tls(process)
    sock.sendall(HALF_A_REQUEST)
    return sock


def health(sock: ssl.SSLSocket) -> bytes:
    sock.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
    heard = b""
    while not heard.endswith(b"}}") and (more := sock.recv(4096)):
        heard += more
    return heard

"""Whether the running server works: asked of the agent, of the core, and as a stranger on 443."""

import json
import socket
import ssl
from collections.abc import Callable
from http.client import HTTPException, HTTPSConnection
from time import monotonic, sleep

from scripts.server import env_file
from scripts.server.commands import ask
from scripts.server.layout import AGENT, CORE, CORE_PORT, Layout
from scripts.server.report import Problem

SECONDS = 5.0
API = "unix:/run/keyland-core/api.sock"
TAG = "vless-users"


def problems(layout: Layout) -> list[Problem]:
    """All that is wrong with what should run."""
    found = [*units((AGENT, CORE))]
    return found or [*agent(layout), *core(layout), *handshake(layout)]


def until_well(layout: Layout, seconds: float) -> list[Problem]:
    return until_none(lambda: problems(layout), seconds)


def until_none(look: Callable[[], list[Problem]], seconds: float) -> list[Problem]:
    """What is still wrong when the time is over."""
    deadline = monotonic() + seconds
    while (found := look()) and monotonic() < deadline:
        sleep(1)
    return found


def units(names: tuple[str, ...]) -> list[Problem]:
    states = {name: ask("systemctl", "is-active", name).out.strip() or "unknown" for name in names}
    return [
        Problem(f"{name} is {state}", f"its last words: journalctl -u {name} -n 30 -o cat")
        for name, state in states.items()
        if state != "active"
    ]


def starts(names: tuple[str, ...]) -> list[Problem]:
    """Whether the machine's next boot brings them back."""
    states = {name: ask("systemctl", "is-enabled", name).out.strip() or "gone" for name in names}
    return [
        Problem(f"{name} is {state}: the next boot does not start it", f"systemctl enable {name}")
        for name, state in states.items()
        if state != "enabled"
    ]


def agent(layout: Layout) -> list[Problem]:
    """Over TLS on loopback, by the certificate that the shop knows."""
    known = env_file.values(layout.agent_env)
    port = int(known.get("BIND", ":8443").rpartition(":")[2])
    look = f"journalctl -u {AGENT} -n 30 -o cat"
    try:
        shown, status, body = asked_agent("127.0.0.1", port)
        expected = ssl.PEM_cert_to_DER_cert(layout.certificate.read_text())
    except (OSError, ValueError, HTTPException) as trouble:
        return [Problem(f"the agent does not answer on port {port} ({trouble})", look)]
    if shown != expected:
        restart = f"systemctl restart {AGENT}"
        return [Problem("the agent shows another certificate than the one that it has", restart)]
    return _ailments(status, body, look)


def _ailments(status: int, body: bytes, look: str) -> list[Problem]:
    if status == 200:  # noqa: PLR2004 -- HTTP's OK
        return []
    try:
        states = json.loads(body)["dependencies"]
        sick = [name for name, well in states.items() if not well]
    except (ValueError, KeyError, AttributeError, TypeError):
        sick = [f"it answers {status}"]
    return [Problem(f"the agent is not well: {', '.join(sick)}", look)]


def asked_agent(host: str, port: int, seconds: float = SECONDS) -> tuple[bytes, int, bytes]:
    """Its certificate, and what it says of its health."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the caller compares the certificate itself
    connection = HTTPSConnection(host, port, timeout=seconds, context=context)
    try:
        connection.request("GET", "/health")
        secure = connection.sock
        assert isinstance(secure, ssl.SSLSocket)
        shown = secure.getpeercert(binary_form=True) or b""
        answer = connection.getresponse()
        return shown, answer.status, answer.read(65536)
    finally:
        connection.close()


def core(layout: Layout) -> list[Problem]:
    if users_in_core(layout) is None:
        return [
            Problem(
                "the core's API does not answer", f"its words: journalctl -u {CORE} -n 30 -o cat"
            )
        ]
    return []


def users_in_core(layout: Layout) -> int | None:
    """None when the core does not say."""
    said = ask(str(layout.program), "api", "inboundusercount", f"--server={API}", f"-tag={TAG}")
    try:
        return int(json.loads(said.out).get("count", 0)) if said.code == 0 else None
    except (ValueError, AttributeError):
        return None


def handshake(layout: Layout) -> list[Problem]:
    """As a stranger who asks for the site that we pretend to be: he is to see its certificate."""
    known = env_file.values(layout.agent_env)
    name, target = known.get("REALITY_SERVER_NAME", ""), known.get("REALITY_TARGET", "")
    try:
        stranger_sees(name, CORE_PORT)
    except OSError as trouble:
        return [
            Problem(
                f"port {CORE_PORT} does not answer as {name} would ({trouble})",
                f"is {target} reachable from here? if not: scripts/install-server --target ...",
            )
        ]
    return []


def stranger_sees(name: str, port: int, seconds: float = SECONDS) -> None:
    """Raises OSError unless a certificate of that name is shown."""
    context = ssl.create_default_context()
    with (
        socket.create_connection(("127.0.0.1", port), seconds) as plain,
        context.wrap_socket(plain, server_hostname=name),
    ):
        pass

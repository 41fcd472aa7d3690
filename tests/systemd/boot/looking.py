"""What the proofs look at: units, answers, and what has reached people."""

import base64
import json
import re

from tests.systemd.boot.container import Machine
from tests.systemd.boot.settings import OWNER, TELEGRAM

WEB = {
    "main-api": 8001,
    "payments-webhook": 8002,
    "notify": 8003,
    "main-public": 8004,
    "agent": 8443,
}
LOOPS = ("main-jobs", "bot")
UNITS = (*WEB, *LOOPS, "core")


def active(machine: Machine, unit: str) -> bool:
    return machine.systemctl("is-active", f"keyland-{unit}") == "active"


def restarted(machine: Machine, unit: str) -> bool:
    return machine.shown(f"keyland-{unit}", "NRestarts") != "0" and active(machine, unit)


def healthy(machine: Machine, unit: str) -> bool:
    scheme = "https" if unit == "agent" else "http"
    url = f"{scheme}://127.0.0.1:{WEB[unit]}/health"
    said = machine.run("curl", "-sk", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}", url)
    return said == "200"


def post(machine: Machine, path: str, body: dict[str, object]) -> str:
    """To Telegram's double."""
    url, kind = f"{TELEGRAM}/sandbox/api{path}", "content-type: application/json"
    return machine.run("curl", "-s", "-H", kind, "-d", json.dumps(body), url)


def messages(machine: Machine, person: int) -> list[str]:
    said = machine.run("curl", "-s", f"{TELEGRAM}/sandbox/api/chats/{person}")
    found = json.loads(said).get("messages", [])
    return [json.dumps(message, ensure_ascii=False) for message in found]


def told(machine: Machine) -> str:
    """All that the owner has got in Telegram."""
    return "\n".join(messages(machine, OWNER))


def mails(machine: Machine) -> str:
    """All that he has got by mail: Python's debugging server prints each line as bytes."""
    journal = machine.run("journalctl", "--no-pager", "-o", "cat", "-u", "double-mail")
    bodies = []
    for mail in journal.split("MESSAGE FOLLOWS")[1:]:
        lines = re.findall(r"^b'([A-Za-z0-9+/=]+)'$", mail, re.MULTILINE)
        bodies.append(base64.b64decode("".join(lines)).decode(errors="replace"))
    return "\n".join(bodies)

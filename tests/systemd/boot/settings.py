"""What the booted machine is told: a shop and a server abroad in one, doubles for the world."""

import json
import re
import secrets
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from country_api import certificate
from sandbox.core import Core
from tests.systemd.boot.image import HOME

TELEGRAM = "http://127.0.0.1:8081"
OWNER, CUSTOMER = 100003, 100001
AGENT = "127.0.0.1:8443"
DOUBLE = """[Unit]
Description=A double for the test
[Service]
WorkingDirectory=/opt/keyland
ExecStart={command}
Environment=PYTHONUNBUFFERED=1
Restart=always
[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True)
class Secrets:
    """Made for one boot; none of them may be seen where it does not belong."""

    token: str = field(default_factory=lambda: f"7000001:{secrets.token_urlsafe(26)}")
    reality_private: str = ""
    reality_public: str = ""


def new_secrets(core: Core) -> Secrets:
    if core.kind != "xray":
        return Secrets()
    said = subprocess.run([core.path, "x25519"], capture_output=True, text=True, check=True).stdout
    private, public = re.findall(r"[A-Za-z0-9_-]{43}", said)[:2]
    return Secrets(reality_private=private, reality_public=public)


def settle(root: Path, made: Secrets, core: Core) -> dict[str, str]:
    """Fill in what an operator fills in; returns every secret by its file."""
    etc = root / "etc/keyland"
    credentials = etc / "credentials"
    agent_key = json.loads((credentials / "agent/caller_keys").read_text())["main_api"][0]
    fingerprint = certificate.make(credentials / "agent")
    secret = {"key": agent_key, "fingerprint": fingerprint}
    _add(credentials / "main/servers_secrets", json.dumps({AGENT: secret}))
    for who in ("bot", "notify", "alert"):
        _add(credentials / who / "bot_token", made.token)
    _add(credentials / "agent/reality_private_key", made.reality_private)
    _add(credentials / "alert/smtp_url", "smtp://127.0.0.1:1025")
    (etc / "countries_url.json").write_text(json.dumps({"finland": [AGENT]}))
    telegram = f"TELEGRAM_API_URL={TELEGRAM}\n"
    _append(etc / "main.env", "PUBLIC_URL=https://vpn.example.org\nBOT_URL=https://t.me/example_bot\n"
            f"SUPPORT_URL=https://t.me/example_support\nOWNER_TELEGRAM_ID={OWNER}\n")  # fmt: skip
    _append(etc / "payments.env", "PUBLIC_URL=https://pay.example.org\n")
    _append(etc / "notify.env", telegram)
    _append(etc / "bot.env", f"{telegram}SUPPORT_URL=https://t.me/example_support\n")
    _append(etc / "alert.env", f"{telegram}OWNER_TELEGRAM_ID={OWNER}\n"
            "MAIL_FROM=keyland@example.org\nMAIL_TO=owner@example.org\n")  # fmt: skip
    _append(etc / "agent.env", _agent(made, core))
    (root / "etc/hostname").write_text("keyland-boot\n")
    _put_core(root, core)
    _put_doubles(root, made)
    return {
        str(file.relative_to(credentials)): file.read_text()
        for file in credentials.glob("*/*")
        if len(file.read_text()) > 30
    }


def _agent(made: Secrets, core: Core) -> str:
    if core.kind == "xray":
        return (
            "PUBLIC_HOST=203.0.113.10\nREALITY_TARGET=www.example.org:443\n"
            "REALITY_SERVER_NAME=www.example.org\nREALITY_SHORT_IDS=0123456789abcdef\n"
            f"REALITY_PUBLIC_KEY={made.reality_public}\n"
        )
    return (
        "PUBLIC_HOST=127.0.0.1\nCORE_KIND=v2ray\nSECURITY=none\nINBOUND_LISTEN=127.0.0.1\n"
        "CORE_API=127.0.0.1:10085\n"
    )


def _put_core(root: Path, core: Core) -> None:
    target = root / "usr/local/bin/xray"
    target.write_bytes(core.path.read_bytes())
    target.chmod(0o755)
    if core.kind == "v2ray":
        drop_in = root / "etc/systemd/system/keyland-core.service.d/v2ray.conf"
        drop_in.parent.mkdir()
        config = "/var/lib/keyland/core/config.json"
        drop_in.write_text(
            f"[Service]\nExecStart=\nExecStart=/usr/local/bin/xray -config {config}\n"
        )


def _put_doubles(root: Path, made: Secrets) -> None:
    python = f"/{HOME}/.venv/bin/python"
    telegram = f"{python} -m sandbox.telegram --port 8081 --token {made.token}"
    mail = f"{python} -W ignore -m smtpd -n -c DebuggingServer 127.0.0.1:1025"
    units = root / "etc/systemd/system"
    for name, command in (("telegram", telegram), ("mail", mail)):
        (units / f"double-{name}.service").write_text(DOUBLE.format(command=command))
        wants = units / "multi-user.target.wants" / f"double-{name}.service"
        wants.symlink_to(f"../double-{name}.service")


def _add(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o600)


def _append(file: Path, text: str) -> None:
    with file.open("a") as opened:
        opened.write(text)

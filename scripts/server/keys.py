"""What the server is known by: REALITY's keys, the certificate, the key of main's calls."""

import json
import os
import re
from pathlib import Path

from scripts.server import env_file, xray
from scripts.server.addresses import bracketed
from scripts.server.commands import run
from scripts.server.layout import Layout
from scripts.server.report import Failed, Report

FINGERPRINT = re.compile(r"^[0-9a-f]{64}$")


def put_reality(layout: Layout, program: Path, report: Report) -> bool:
    """Makes keys and a short id unless they are there; whether it did."""
    known = env_file.values(layout.agent_env)
    private = layout.credentials / "reality_private_key"
    whole = known.get("REALITY_PUBLIC_KEY") and known.get("REALITY_SHORT_IDS")
    if whole and private.is_file() and private.read_text().strip():
        report.say("REALITY: its keys stay")
        return False
    secret, public = xray.new_keys(program)
    env_file.write(private, secret)
    made = {"REALITY_PUBLIC_KEY": public, "REALITY_SHORT_IDS": os.urandom(8).hex()}
    env_file.put(layout.agent_env, made)
    report.say("REALITY: new keys and a short id")
    return True


def put_certificate(layout: Layout, release: Path, report: Report) -> str:
    """The fingerprint of the agent's certificate, which is made unless it is there."""
    fingerprint = _certificate(release, "make", layout.credentials)
    report.say(f"certificate of the agent: {fingerprint}")
    return fingerprint


def fingerprint_of(layout: Layout, release: Path) -> str:
    """Raises Failed when there is none, or its key does not belong to it."""
    return _certificate(release, "show", layout.credentials)


def _certificate(release: Path, act: str, folder: Path) -> str:
    python = str(release / ".venv/bin/python")
    said = run(
        python, "-B", "-m", "country_api.certificate", act, "--dir", str(folder), folder=release
    ).strip()
    if not FINGERPRINT.match(said):
        raise Failed("the agent's certificate has no fingerprint")
    return said


def line(layout: Layout, fingerprint: str) -> str:
    """What the shop has to know of this server; it holds a secret."""
    known = env_file.values(layout.agent_env)
    port = known["BIND"].rpartition(":")[2]
    callers = json.loads((layout.credentials / "caller_keys").read_text())
    return f"{bracketed(known['PUBLIC_HOST'])}:{port} {fingerprint} {callers['main_api'][0]}"

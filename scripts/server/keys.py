"""What the server is known by: REALITY's keys, the certificate, the key of main's calls."""

import base64
import json
import os
import re
import subprocess
from pathlib import Path

from scripts.server import env_file, xray
from scripts.server.addresses import bracketed
from scripts.server.commands import run
from scripts.server.layout import Layout
from scripts.server.report import Failed, Problem, Report

PRIVATE, PUBLIC, SHORT_IDS = "reality_private_key", "REALITY_PUBLIC_KEY", "REALITY_SHORT_IDS"
PKCS8 = bytes.fromhex("302e020100300506032b656e04220420")
"""What stands before the 32 bytes of an X25519 key (RFC 8410)."""
TO_MAKE_ANEW = "docs/operations/rotation.md says how to make new ones"
FINGERPRINT = re.compile(r"^[0-9a-f]{64}$")


def put_reality(layout: Layout, program: Path, report: Report) -> bool:
    """Makes what is missing of keys and short id; whether it did. Raises Failed.

    The private key is the one truth, and the public one follows from it, so that a run which was
    broken off between the two files never leaves halves of two pairs.
    """
    known = env_file.values(layout.agent_env)
    private = layout.credentials / PRIVATE
    fresh = not (private.is_file() and private.read_text().strip())
    if fresh:
        env_file.write(private, xray.new_private_key(program))
    wanted = {
        PUBLIC: public_of(private.read_text()),
        SHORT_IDS: known.get(SHORT_IDS) or os.urandom(8).hex(),
    }
    if not env_file.put(layout.agent_env, wanted) and not fresh:
        report.say("REALITY: its keys stay")
        return False
    report.say(f"REALITY: {'new keys' if fresh else 'the private key stays'}; links hold its mate")
    return True


def public_of(private: str) -> str:
    """By openssl, which reads the secret from a pipe: arguments are seen by all. Raises Failed."""
    try:
        secret = base64.urlsafe_b64decode(f"{private.strip()}=")
        told = subprocess.run(
            ["openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER"],  # noqa: S607 -- by the PATH of this process
            input=PKCS8 + secret, capture_output=True, check=True, timeout=60,
        ).stdout  # fmt: skip
    except (ValueError, OSError, subprocess.SubprocessError):
        raise Failed(f"REALITY's private key cannot be read: {TO_MAKE_ANEW}") from None
    return base64.urlsafe_b64encode(told[-32:]).decode().rstrip("=")


def wrong(layout: Layout) -> list[Problem]:
    """Whether links hold the mate of the key that the agent has."""
    try:
        public = public_of((layout.credentials / PRIVATE).read_text())
    except (Failed, OSError) as trouble:
        return [Problem(str(trouble), TO_MAKE_ANEW)]
    if env_file.values(layout.agent_env).get(PUBLIC) == public:
        return []
    told = "REALITY's public key, which is in links, does not belong to the private one"
    return [Problem(told, "scripts/install-server puts it right, and restarts both")]


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

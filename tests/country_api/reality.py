"""A server with REALITY for tests: the borrowed site is a TLS server of our own on loopback."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from country_api.core.config import CoreKind
from tests.country_api.conftest import CORES, Agent, Site
from tests.support.core import FoundCore

NAME = "www.example.org"
# a pair made by `xray x25519`
PRIVATE_KEY = "CPt9oiweonqYG5Y64bXRbQwroZ3Wwnx778hlVCW3R3g"
PUBLIC_KEY = "V3AvD4DpWBMqSU6-wyZYKyHPaW-ZUqfbvMi6MXl0xTw"
SHORT_ID = "0123456789abcdef"


class BorrowedSite:
    """A TLS 1.3 server whose handshake REALITY shows to strangers; its certificate in DER."""

    def __init__(self, directory: Path) -> None:
        subprocess.run(
            [shutil.which("openssl") or "", "req", "-x509", "-nodes",
             "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
             "-keyout", "key.pem", "-out", "cert.pem"],
            cwd=directory, capture_output=True, check=True,
        )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(directory / "cert.pem", directory / "key.pem")
        self.site = Site(tls=context)
        self.certificate = ssl.PEM_cert_to_DER_cert((directory / "cert.pem").read_text())
        self.address = "{}:{}".format(*self.site.address)
        self.close = self.site.close


def borrowed_site(directory: Path) -> BorrowedSite:
    """Skips the test where there can be none."""
    if not _xray() or not shutil.which("openssl"):
        pytest.skip("REALITY needs Xray, and openssl for a certificate")
    return BorrowedSite(directory)


def reality_agent(site: Site, borrowed: BorrowedSite, short_ids: str = SHORT_ID) -> Agent:
    """Not started yet."""
    agent = Agent(_xray()[0], site)
    agent.environ |= reality_environ(borrowed.address, short_ids)
    return agent


def reality_environ(target: str, short_ids: str = SHORT_ID) -> dict[str, str]:
    return {
        "SECURITY": "reality",
        "REALITY_TARGET": target,
        "REALITY_SERVER_NAME": NAME,
        "REALITY_PRIVATE_KEY": PRIVATE_KEY,
        "REALITY_PUBLIC_KEY": PUBLIC_KEY,
        "REALITY_SHORT_IDS": short_ids,
    }


def _xray() -> list[FoundCore]:
    return [core for core in CORES if core.kind is CoreKind.XRAY]

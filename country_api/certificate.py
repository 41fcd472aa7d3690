"""The agent's key pair and self-signed certificate: `python -m country_api.certificate make`.

    python -m country_api.certificate make --dir DIR    # makes them unless they are there
    python -m country_api.certificate show --dir DIR

Both print the fingerprint and nothing else. The files are DIR/agent.crt and DIR/agent.key.
"""

import argparse
import secrets
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

from common.pinned_tls import fingerprint_of

CERTIFICATE, KEY = "agent.crt", "agent.key"
DAYS = 36500  # callers look at the fingerprint alone, so an end would only be a trap
MAKING_SECONDS = 60


class CannotMake(Exception):
    """The message says why, and what to do about it."""


def make(folder: Path) -> str:
    """The fingerprint of the pair in the folder, which is made when there is no certificate.

    Raises CannotMake; a certificate without its key is left for a person to look at.
    """
    certificate = folder / CERTIFICATE
    if not certificate.is_file() or not certificate.stat().st_size:
        _make_anew(folder)
    return show(folder)


def show(folder: Path) -> str:
    """Raises CannotMake when there is no certificate, or the key is another's."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            folder / CERTIFICATE, folder / KEY, password=""
        )
        text = (folder / CERTIFICATE).read_text()
        return fingerprint_of(ssl.PEM_cert_to_DER_cert(text))
    except (OSError, ValueError) as broken:
        raise CannotMake(f"{folder}: no certificate with its key ({broken})") from None


def _make_anew(folder: Path) -> None:
    """The certificate appears last: a key alone is of a making that was broken off."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as scratch:
        made = Path(scratch)
        _run_openssl(made)
        for name in (KEY, CERTIFICATE):
            (made / name).chmod(0o600)
            (made / name).replace(folder / name)


def _run_openssl(folder: Path) -> None:
    """The name in it is random: one that all agents share would be a way to look for them."""
    command = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-sha256", "-days", str(DAYS), "-subj", f"/CN={secrets.token_hex(8)}",
        "-keyout", str(folder / KEY), "-out", str(folder / CERTIFICATE),
    ]  # fmt: skip
    try:
        subprocess.run(  # noqa: S603 -- nothing in it comes from outside
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=MAKING_SECONDS,
        )
    except FileNotFoundError:
        raise CannotMake("openssl is not here; apt-get install openssl") from None
    except subprocess.CalledProcessError as failed:
        raise CannotMake(f"openssl: {failed.stderr.strip()[-300:]}") from None


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m country_api.certificate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=["make", "show"])
    parser.add_argument("--dir", type=Path, required=True, help="an existing folder")
    wanted = parser.parse_args()
    try:
        fingerprint = (make if wanted.what == "make" else show)(wanted.dir)
    except (CannotMake, OSError) as trouble:
        sys.stderr.write(f"certificate: {trouble}\n")
        return 1
    sys.stdout.write(f"{fingerprint}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

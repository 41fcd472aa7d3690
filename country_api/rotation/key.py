"""A new pair of REALITY keys and a new short id: for one that has leaked, since all links change.

An inbound of Xray has one private key, so old and new links cannot be alive together: customers are
without access until their programs have fetched the subscription anew.
"""

import re
import secrets
import subprocess
from pathlib import Path

from country_api.rotation.files import Files, Keys
from country_api.rotation.switching import Switching

# "Password (PublicKey):" since 26.3.23, "Password:" since 25.8.29, "Public key:" before
PAIR = re.compile(r"Private ?[Kk]ey: *(\S{43})\s+(?:Password|Public)[^:]*: *(\S{43})")


def new_pair(xray: Path) -> tuple[str, str]:
    """Private and public; raises ValueError."""
    command = [str(xray), "x25519"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)  # noqa: S603 -- the operator's own path
    found = PAIR.search(said.stdout)
    if not found:
        raise ValueError("xray x25519 says something unknown")
    return found[1], found[2]


def change_key(files: Files, switching: Switching, xray: Path) -> str:
    """Raises RotationFailed, ValueError."""
    private, public = new_pair(xray)
    switching.bring(Keys((secrets.token_hex(8),), public, private))
    files.state.unlink(missing_ok=True)
    return "new keys are in force; every customer has to fetch the subscription anew"

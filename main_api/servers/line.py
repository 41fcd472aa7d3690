"""The line that a server's installer prints: address, fingerprint of its certificate, key."""

from dataclasses import dataclass

from pydantic import ValidationError

from main_api.settings import ServerSecret
from models.countries import ADDRESS, COUNTRY

PARTS = 3
SHAPE = "ip:port fingerprint key, as scripts/install-server printed it"


class BadLine(ValueError):
    """The message says what is wrong, and holds no secret."""


@dataclass(frozen=True)
class NewServer:
    address: str
    fingerprint: str
    key: str

    def secret(self) -> ServerSecret:
        return ServerSecret.model_validate(self.wire())

    def wire(self) -> dict[str, str]:
        """As SERVERS_SECRETS has it."""
        return {"key": self.key, "fingerprint": self.fingerprint}


def parsed(text: str) -> NewServer:
    """Raises BadLine."""
    parts = text.split()
    if len(parts) != PARTS:
        raise BadLine(f"it has {len(parts)} words; it must be: {SHAPE}")
    address, fingerprint, key = parts
    port = ADDRESS.match(address)
    if port is None or not 1 <= int(port[1]) <= 65535:  # noqa: PLR2004 -- TCP ports
        raise BadLine(f"{address} is not ip:port")
    server = NewServer(address, fingerprint.lower().replace(":", ""), key)
    if len(server.fingerprint) != 64 or not set(server.fingerprint) <= set("0123456789abcdef"):  # noqa: PLR2004 -- SHA-256 in hex
        raise BadLine("the second word is no fingerprint (64 hex digits)")
    try:
        server.secret()
    except ValidationError:
        raise BadLine("the third word is no key (32 characters or more)") from None
    return server


def check_country(name: str) -> None:
    """Raises BadLine."""
    if not COUNTRY.match(name):
        raise BadLine(f"{name!r} is no country's name: small letters, such as finland")

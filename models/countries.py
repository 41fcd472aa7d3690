"""`models/countries_url.json`: country -> addresses of its servers, as P has it."""

import json
import re
from pathlib import Path

ADDRESS = re.compile(r"^(?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})$")
COUNTRY = re.compile(r"^[a-z][a-z0-9_-]{0,31}$")


class BadCountries(ValueError):
    """The file cannot be used; the message names the line of thought, not a stack."""


def parse_countries(text: str) -> dict[str, list[str]]:
    """`{"finland": ["ip:port", ...]}`; raises BadCountries naming what is wrong."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as broken:
        raise BadCountries(f"not JSON: {broken}") from None
    if not isinstance(data, dict):
        raise BadCountries("must be an object of country -> list of addresses")
    seen: set[str] = set()
    for country, addresses in data.items():
        if not COUNTRY.match(country):
            raise BadCountries(f"bad country name {country!r}")
        if not isinstance(addresses, list):
            raise BadCountries(f"{country}: must be a list of addresses")
        for address in addresses:
            _check_address(country, address, seen)
    return data


def _check_address(country: str, address: object, seen: set[str]) -> None:
    match = ADDRESS.match(address) if isinstance(address, str) else None
    if not match or not 1 <= int(match.group(1)) <= 65535:  # noqa: PLR2004 -- TCP ports
        raise BadCountries(f"{country}: {address!r} is not ip:port")
    if address in seen:
        raise BadCountries(f"{country}: {address!r} stands twice")
    seen.add(str(address))


def read_countries(path: Path) -> dict[str, list[str]]:
    """Raises BadCountries when the file is absent or wrong."""
    try:
        return parse_countries(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as missing:
        raise BadCountries(f"{path}: {missing}") from None

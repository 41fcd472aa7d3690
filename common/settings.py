"""Settings from a mapping: declared once, checked as a whole, all that is wrong told at once."""

from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from common.service_auth import check_key, parse_caller_keys

S = TypeVar("S", bound="Settings")


class BadSettings(Exception):
    """The message names every missing or malformed variable, a line each; it holds no value."""


class Settings(BaseModel):
    """Field `main_api_url` is the variable MAIN_API_URL; MAIN_API_URL_FILE a file that holds it.

    `clock_offset_file` moves time (sandbox and tests) and is refused unless everything listens on
    loopback; each service lists what listens in `addresses()`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    clock_offset_file: Path | None = None

    def addresses(self) -> list[str]:
        """Hosts that this service listens on or sends to, which loopback-only settings look at."""
        return []

    def secrets(self) -> list[str]:
        """Values that must never be seen in a log."""
        return []


def load(kind: type[S], environ: Mapping[str, str], credentials: Path | None = None) -> S:
    """Build settings from the environment; raises BadSettings.

    `credentials` is systemd's CREDENTIALS_DIRECTORY: a file there named like the field wins, unless
    it is empty (systemd wants every credential of a unit to exist).
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for field in kind.model_fields:
        try:
            value = _value(field, environ, credentials)
        except OSError as broken:
            problems.append(f"{field.upper()}_FILE: cannot be read ({broken.strerror})")
            continue
        except UnicodeDecodeError:
            problems.append(f"{field.upper()}_FILE: cannot be read (no UTF-8)")
            continue
        if value is not None and value != "":
            values[field] = value
    problems += _problems(kind, values)
    if problems:
        raise BadSettings("\n".join(sorted(set(problems))))
    settings = kind.model_validate(values)
    if settings.clock_offset_file and not all(map(is_loopback, settings.addresses())):
        raise BadSettings("CLOCK_OFFSET_FILE: refused, since not everything is on loopback")
    return settings


def _value(field: str, environ: Mapping[str, str], credentials: Path | None) -> str | None:
    if credentials and (credentials / field).is_file():
        given = (credentials / field).read_text(encoding="utf-8").strip()
        if given:
            return given
    name = field.upper()
    if file := environ.get(f"{name}_FILE"):
        if field.endswith("_file"):
            return environ.get(name)
        return Path(file).read_text(encoding="utf-8").strip()
    return environ.get(name)


def _problems(kind: type[S], values: Mapping[str, Any]) -> list[str]:
    try:
        kind.model_validate(values)
    except ValidationError as error:
        return [_told(problem) for problem in error.errors(include_input=False)]
    return []


def _told(problem: Any) -> str:
    name = str(problem["loc"][0]).upper() if problem["loc"] else "settings"
    if problem["type"] == "missing":
        return f"{name}: missing"
    return f"{name}: {problem['msg'].removeprefix('Value error, ')}"


def is_loopback(address: str) -> bool:
    """Of a URL, `host:port` or host: whether it can only be reached from this machine."""
    host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    if host == "localhost" or address.startswith("unix:"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def seen(check: Callable[[], bool]) -> bool:
    """`path.is_dir` or the like, false also where one may not look (it raises there)."""
    try:
        return check()
    except OSError:
        return False


def official_or_loopback(official: str) -> AfterValidator:
    """An address of a provider or of Telegram: the official one, or a double on loopback."""

    def check(value: str) -> str:
        if value.rstrip("/") != official.rstrip("/") and not is_loopback(value):
            raise ValueError(f"must be {official}, or a double on loopback")
        return value.rstrip("/")

    return AfterValidator(check)


def _caller_keys(value: object) -> object:
    return parse_caller_keys(value) if isinstance(value, str) else value


def _own_key(value: str) -> str:
    check_key("the key", value)
    return value


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http(s) address")
    return value.rstrip("/")


CallerKeys = Annotated[dict[str, list[str]], BeforeValidator(_caller_keys)]
"""Variable CALLER_KEYS: {"tg_bot": ["key", "older key"], ...}; keys of at least 32 bytes."""

ServiceKey = Annotated[str, AfterValidator(_own_key)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]

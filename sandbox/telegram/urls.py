"""Which links Telegram takes, and the form in which it gives them back."""

import re

WRONG_URL = "Wrong HTTP URL"
ONLY_HTTPS = "Only HTTPS links are allowed"
PARTS = re.compile(r"(?:(?P<scheme>[^:/?#]*)://)?(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
THIS_MACHINE = re.compile(r"localhost|127\.[0-9.]+|\[::1\]")
HOST_AND_PORT = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^\[\]:]*)(?::(?P<port>[0-9]{1,5}))?")


class WrongLink(Exception):
    """The reason in Telegram's words."""


def checked_link(link: str, *, lax: bool = False, https_only: bool = False) -> str:
    """The canonical form of an http, https, tg or ton link; raises WrongLink.

    `lax` lets this machine through, by name and in plain http, for the sandbox's own pages.
    """
    application, bare = _application_scheme(link)
    found = PARTS.fullmatch(bare)
    if not found:
        raise WrongLink(WRONG_URL)
    scheme = (found["scheme"] or "http").lower()
    if scheme not in {"http", "https"}:
        raise WrongLink("Unsupported URL protocol")
    if https_only and application:
        raise WrongLink(ONLY_HTTPS)
    if application:
        return _application_link(application, bare, found["authority"])
    address, local = _address(found["authority"], lax=lax)
    if https_only and scheme != "https" and not local:
        raise WrongLink(ONLY_HTTPS)
    rest = found["rest"] if found["rest"].startswith("/") else "/" + found["rest"]
    return f"{scheme}://{address}{rest}"


def _application_scheme(link: str) -> tuple[str, str]:
    for scheme in ("tg", "ton"):
        if link.lower().startswith(scheme + ":"):
            return scheme, link[len(scheme) + 1 :].removeprefix("//")
    return "", link


def _application_link(scheme: str, bare: str, authority: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", authority) or bare.lower().startswith("http"):
        raise WrongLink(WRONG_URL)
    return f"{scheme}://{bare}"


def _address(authority: str, *, lax: bool) -> tuple[str, bool]:
    """Host and port in canonical form, and whether it is this machine and that is welcome."""
    userinfo, at, hostport = authority.rpartition("@")
    found = HOST_AND_PORT.fullmatch(hostport)
    host = found["host"].lower() if found else ""
    if not found or not host or re.search(r"[\s<>\"\\^`{|}]", host):
        raise WrongLink("URL host is empty" if not host else WRONG_URL)
    if int(found["port"] or 1) not in range(1, 65536):
        raise WrongLink("Wrong port number specified in the URL")
    local = lax and bool(THIS_MACHINE.fullmatch(host))
    if "." not in host and not host.startswith("[") and not local:
        raise WrongLink(WRONG_URL)
    port = f":{found['port']}" if found["port"] else ""
    return f"{userinfo}{at}{host}{port}", local

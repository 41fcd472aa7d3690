"""The `vless://` share link (XTLS/Xray-core discussion 716: values percent-encoded, never `+`)."""

from functools import lru_cache
from urllib.parse import quote

from models.servers import ServerDescription

NOWHERE = "00000000-0000-4000-8000-000000000000"


def vless_link(core_id: str, server: ServerDescription, name: str) -> str:
    return f"vless://{core_id}@{_all_but_the_id(server, name)}"


@lru_cache(maxsize=256)
def _all_but_the_id(server: ServerDescription, name: str) -> str:
    """The same for every user of a server, and wanted at each reading of a subscription."""
    host = f"[{server.host}]" if ":" in server.host else server.host
    query = "&".join(f"{key}={quote(value, safe='')}" for key, value in _parameters(server))
    return f"{host}:{server.port}?{query}#{quote(name, safe='')}"


def notice_link(text: str) -> str:
    """A node that leads nowhere: its name tells the user of a client program what is the matter."""
    name = quote(text, safe="")
    return f"vless://{NOWHERE}@127.0.0.1:1?encryption=none&type=tcp&security=none#{name}"


def _parameters(server: ServerDescription) -> list[tuple[str, str]]:
    parameters = [("encryption", "none")]
    if server.flow:
        parameters.append(("flow", server.flow))
    parameters += [("type", server.network), ("headerType", "none"), ("security", server.security)]
    if server.security == "reality":
        parameters += _reality(server)
    return parameters


def _reality(server: ServerDescription) -> list[tuple[str, str]]:
    parameters = [
        ("sni", server.sni),
        ("fp", server.fingerprint or "chrome"),
        ("pbk", server.public_key),
        ("sid", server.short_id),
    ]
    if server.spider_x:
        parameters.append(("spx", server.spider_x))
    return parameters

"""The subscription as client programs fetch it: a body and headers (facts: section 4)."""

from base64 import b64encode
from dataclasses import dataclass

from main_api.links.vless import notice_link
from main_api.traffic.sums import Sum

TITLE = "Keyland"
UPDATE_HOURS = 12
ENDED = {
    "ru": "Доступ закончился — продлите его в боте",  # noqa: RUF001 -- Russian
    "en": "Access has ended: renew it in the bot",
}
BANNED = {
    "ru": "Доступ закрыт — напишите в поддержку",
    "en": "Access is closed: write to support",
}


@dataclass(frozen=True)
class Addresses:
    """`support` is shown when there is one; `bot` leads back to where one renews."""

    bot: str
    support: str | None


def body(links: list[str]) -> bytes:
    return b64encode("\n".join(links).encode())


def word_body(word: str) -> bytes:
    """An empty or missing list would leave the old one in the client, with no word said."""
    return body([notice_link(word)])


def headers(
    addresses: Addresses, *, expires: int, used: Sum, announcement: str | None = None
) -> dict[str, str]:
    """`expires` in Unix seconds; a total of 0 means unlimited."""
    bytes_told = f"upload={used.up}; download={used.down}; total={used.limit}"
    told = {
        "subscription-userinfo": f"{bytes_told}; expire={expires}",
        "profile-title": _base64(TITLE),
        "profile-update-interval": str(UPDATE_HOURS),
        "profile-web-page-url": addresses.bot,
        "content-disposition": f'attachment; filename="{TITLE.lower()}"',
        "Cache-Control": "no-store",
    }
    if addresses.support:
        told["support-url"] = addresses.support
    if announcement:
        told["announce"] = _base64(announcement)
    return told


def _base64(text: str) -> str:
    return "base64:" + b64encode(text.encode()).decode()

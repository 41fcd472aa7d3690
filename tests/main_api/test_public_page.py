"""The subscription page, as client programs and strangers see it."""

import logging
from base64 import b64decode
from urllib.parse import unquote, urlsplit

import pytest

from tests.support.shop import Shop


@pytest.fixture
def page(shop: Shop) -> str:
    """The path of the page of somebody with three days of access."""
    shop.deps.vpn.describing.tick()
    user_id = shop.register().user_id
    shop.grant(user_id, "a", days=3)
    return urlsplit(shop.bot.links(user_id).config_url).path


def test_the_body_is_all_links_and_the_headers_tell_the_rest(shop: Shop, page: str) -> None:
    user = shop.bot.user_by_telegram(98472894)
    answer = shop.public.get(page)

    links = [link.url for link in shop.bot.links(user.user_id).links]
    assert b64decode(answer.data).decode().split("\n") == links
    assert user.expires_at is not None
    told = answer.headers
    assert told["subscription-userinfo"] == (
        f"upload=0; download=0; total=0; expire={int(user.expires_at.timestamp())}"
    )
    assert decoded(told["profile-title"]) == "Keyland"
    assert told["profile-update-interval"] == "12"
    assert told["support-url"] == "https://t.me/keyland_help"
    assert told["profile-web-page-url"] == "https://t.me/keyland_bot"
    assert told["content-disposition"] == 'attachment; filename="keyland"'
    assert told["Cache-Control"] == "no-store"
    assert told["Content-Type"].startswith("text/plain")
    assert "announce" not in told


def decoded(header: str) -> str:
    return b64decode(header.removeprefix("base64:")).decode()


def test_when_access_has_ended_the_page_says_so_instead_of_leaving_old_links(
    shop: Shop, page: str
) -> None:
    shop.clock.advance(days=4)
    answer = shop.public.get(page)

    assert answer.status_code == 200
    (node,) = b64decode(answer.data).decode().split("\n")
    assert urlsplit(node).hostname == "127.0.0.1"
    assert unquote(urlsplit(node).fragment) == "Доступ закончился — продлите его в боте"  # noqa: RUF001 -- Russian
    assert decoded(answer.headers["announce"]) == unquote(urlsplit(node).fragment)
    assert "expire=1763" not in answer.headers["subscription-userinfo"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_same_page_works_again_after_renewal(shop: Shop, page: str) -> None:
    before = shop.public.get(page).data
    shop.clock.advance(days=4)
    assert shop.public.get(page).data != before
    shop.grant(shop.bot.user_by_telegram(98472894).user_id, "b", days=1)

    assert shop.public.get(page).data == before


def test_a_token_of_nobody_is_404(shop: Shop) -> None:
    stranger = shop.public
    for token in ("", "x", "x" * 3000, "%00", "%ff%fe", "a/b", "x/qr.png", "deleted:x"):
        answer = stranger.get("/sub/" + token)

        assert answer.status_code == 404, token
        assert answer.get_json()["error"]["code"] in ("no_such_user", "not_found")


def test_the_page_of_a_banned_user_leads_nowhere(shop: Shop, page: str) -> None:
    user = shop.bot.user_by_telegram(98472894)
    shop.deps.users.set(user.user_id, {"banned": True})

    assert b"127.0.0.1" in b64decode(shop.public.get(page).data)


def test_the_qr_code_is_a_picture_that_is_not_kept(shop: Shop, page: str) -> None:
    answer = shop.public.get(page + "/qr.png")

    assert answer.data.startswith(b"\x89PNG\r\n\x1a\n")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_but_the_page_is_public(shop: Shop) -> None:
    stranger = shop.public
    assert stranger.get("/health").status_code == 200
    for path in ("/api/v1/users/1", "/getUser/1", "/api/v1/servers"):
        assert stranger.get(path).status_code == 404
    assert stranger.post("/sub/x").status_code == 405


def test_the_token_is_in_no_log(shop: Shop, page: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        shop.public.get(page)
        shop.public.get(page + "x")
        shop.settings.countries_file.write_text("broken")
        shop.public.get(page)

    assert caplog.records
    assert page.rpartition("/")[2] not in caplog.text

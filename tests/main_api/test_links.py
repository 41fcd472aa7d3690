"""Links: what they say, that they work while a server is down, and that they can be replaced."""

import logging
from time import monotonic
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from common.errors import Gone, NotFound
from main_api.links.vless import vless_link
from main_api.vpn_api.core_ids import core_id
from main_api.vpn_api.describing import Describing
from models.servers import ServerDescription
from tests.support.shop import FINLAND, GERMANY, PUBLIC, Shop


@pytest.fixture
def user_id(shop: Shop) -> int:
    shop.deps.vpn.describing.tick()
    user_id = shop.register().user_id
    shop.grant(user_id, "a", days=3)
    return user_id


def test_a_reality_link_is_the_one_that_the_standard_describes() -> None:
    server = ServerDescription(
        host="fi.test", port=443, flow="xtls-rprx-vision", security="reality",
        sni="www.example.org", public_key="pub+key/=", short_id="0123ab", spider_x="/a b",
    )  # fmt: skip

    assert vless_link("11111111-2222-4000-8000-333333333333", server, "Finland 2 + Ä") == (
        "vless://11111111-2222-4000-8000-333333333333@fi.test:443?encryption=none"
        "&flow=xtls-rprx-vision&type=tcp&headerType=none&security=reality&sni=www.example.org"
        "&fp=chrome&pbk=pub%2Bkey%2F%3D&sid=0123ab&spx=%2Fa%20b#Finland%202%20%2B%20%C3%84"
    )


def test_an_ipv6_host_stands_in_brackets_and_plain_tcp_names_no_flow() -> None:
    link = vless_link("id", ServerDescription(host="2001:db8::1", port=8443), "X")

    assert link.startswith("vless://id@[2001:db8::1]:8443?encryption=none&type=tcp&")
    assert "flow" not in link


def test_one_link_a_server_with_the_id_that_its_core_has(shop: Shop, user_id: int) -> None:
    links = shop.bot.links(user_id)

    assert [(link.country, link.server, link.name) for link in links.links] == [
        ("finland", FINLAND, "Finland"),
        ("germany", GERMANY, "Germany"),
    ]
    for link in links.links:
        parts = urlsplit(link.url)
        held = shop.countries[link.server].holds(user_id)
        assert held is not None
        assert parts.username == held.core_id
        assert (parts.hostname, parts.port) == (link.server.partition(":")[0], 443)
        assert parse_qs(parts.query)["security"] == ["none"]
        assert unquote(parts.fragment) == link.name
    assert links.config_url.startswith(f"{PUBLIC}/sub/")
    assert links.config_qr_code_url == links.config_url + "/qr.png"


def test_links_stand_while_servers_and_after_a_restart_are_down(shop: Shop, user_id: int) -> None:
    before = shop.bot.links(user_id)
    shop.finland.wire.down = shop.germany.wire.down = True
    shop.start()
    shop.deps.vpn.describing.tick()

    assert shop.bot.links(user_id) == before


def test_the_first_customer_of_new_servers_gets_his_links_at_once(shop: Shop) -> None:
    """A client app keeps what it was given for hours, so an empty list must not be among it."""
    user_id = shop.register().user_id
    shop.grant(user_id, "a", days=3)

    assert [link.server for link in shop.bot.links(user_id).links] == [FINLAND, GERMANY]


def test_a_server_that_never_described_itself_has_no_link_until_it_does(shop: Shop) -> None:
    shop.finland.wire.down = True
    user_id = shop.register().user_id
    shop.grant(user_id, "a", days=3)
    assert [link.server for link in shop.bot.links(user_id).links] == [GERMANY]

    shop.finland.wire.down = False
    shop.rested()
    assert [link.server for link in shop.bot.links(user_id).links] == [FINLAND, GERMANY]


LIES: list[dict[str, object]] = [
    {"host": "evil.test"},
    {"host": ""},
    {"port": 0},
    {"sni": "a#b?c"},
    {"sni": "x" * 300},
    {"security": "reality", "public_key": ""},
    {"flow": "other"},
    {"protocol": "socks"},
]


def test_a_server_that_describes_what_it_must_not_keeps_its_last_good_description(
    shop: Shop, user_id: int
) -> None:
    before, honest = shop.bot.links(user_id), shop.finland.description
    for lie in LIES:
        shop.finland.description = honest | lie
        shop.deps.vpn.describing.tick()

        assert shop.bot.links(user_id) == before, lie


def test_what_a_server_describes_wrongly_is_logged_once_until_it_is_right_again(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    honest = shop.finland.description
    for described in (honest | {"host": "evil.test"}, honest, honest | {"host": "evil.test"}):
        shop.finland.description = described
        for _ in range(3):
            shop.deps.vpn.describing.tick()

    told = [it.message for it in caplog.records if it.levelno == logging.ERROR]
    assert len(told) == 2
    assert all("another host" in it for it in told)


def test_a_changed_description_reaches_the_links(shop: Shop, user_id: int) -> None:
    shop.finland.description["port"] = 2053
    shop.deps.vpn.describing.tick()

    assert urlsplit(shop.bot.links(user_id).links[0].url).port == 2053


def test_replacing_changes_every_id_and_the_address_and_the_old_leave_the_cores(
    shop: Shop, user_id: int
) -> None:
    old = shop.bot.links(user_id)
    old_ids = {urlsplit(link.url).username for link in old.links}
    new = shop.bot.replace_links(user_id)

    new_ids = {urlsplit(link.url).username for link in new.links}
    held = {shop.countries[a].users[f"u{user_id}"].core_id for a in (FINLAND, GERMANY)}
    assert held == new_ids
    assert not old_ids & new_ids
    assert shop.public.get(urlsplit(old.config_url).path).status_code == 404
    assert shop.public.get(urlsplit(new.config_url).path).status_code == 200


def test_replaced_ids_reach_a_server_that_was_down(shop: Shop, user_id: int) -> None:
    shop.finland.wire.down = True
    new = shop.bot.replace_links(user_id)
    shop.finland.wire.down = False
    shop.rested()
    shop.heal()

    held = shop.finland.holds(user_id)
    assert held is not None
    assert held.core_id == urlsplit(new.links[0].url).username


def test_links_are_404_before_the_first_access_and_410_after_the_last(shop: Shop) -> None:
    user_id = shop.register().user_id
    for ask in (shop.bot.links, shop.bot.replace_links):
        with pytest.raises(NotFound) as never:
            ask(user_id)
        assert never.value.code == "never_subscribed"

    shop.grant(user_id, "a", days=1)
    shop.clock.advance(days=1)
    for ask in (shop.bot.links, shop.bot.replace_links):
        with pytest.raises(Gone) as ended:
            ask(user_id)
        assert ended.value.code == "subscription_expired"


def test_a_core_id_is_the_same_for_the_same_secret_and_server_for_ever() -> None:
    assert core_id("00" * 32, "192.0.2.1:443") == "cce04990-5731-4000-a18f-c57b08fef86a"


def test_a_server_that_never_ends_its_answer_holds_up_no_other_and_gathers_no_questions(
    shop: Shop,
) -> None:
    vpn = shop.deps.vpn
    shop.finland.wire.slow = 1.0
    describing = Describing(vpn.servers, vpn.store, shop.clock, patience_seconds=0.2)
    began = monotonic()
    describing.tick()

    assert monotonic() - began < 0.8
    assert list(vpn.store.descriptions()) == [GERMANY]
    assert vpn.store.all()[FINLAND]["reachable"] is False
    for _ in range(20):
        describing.ask_undescribed(0.001)
    vpn.servers.close()
    assert shop.finland.wire.sent == 1

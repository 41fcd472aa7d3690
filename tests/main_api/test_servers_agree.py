"""`python -m main_api.servers agree`: the operator's word on whom a server holds too many."""

from pathlib import Path

import pytest

from main_api.mongo_api.collections import USERS
from main_api.servers import commands
from main_api.servers.__main__ import act, parse
from main_api.servers.commands import Desk
from main_api.servers.files import ServerFiles
from main_api.servers.line import BadLine
from tests.main_api.test_agreement import settle
from tests.main_api.test_agreement_guard import served
from tests.support.shop import FINLAND, Shop


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def desk(shop: Shop, told: list[str]) -> Desk:
    files = ServerFiles(shop.settings.countries_file, Path("/nowhere"))
    return Desk(files, lambda: shop.deps.vpn, shop.clock, told.append, shop.session)


def test_only_the_operators_word_takes_access_from_many(
    shop: Shop, desk: Desk, told: list[str]
) -> None:
    settle(shop, 12)
    shop.deps.db[USERS].delete_many({})
    shop.start()

    assert act(parse(["agree", FINLAND]), desk) == 1
    assert "12 of them would lose access" in told[0]
    assert len(served(shop.finland)) == 12

    assert act(parse(["agree", FINLAND, "--force"]), desk) == 0
    assert served(shop.finland) == set()


def test_a_server_that_is_not_listed_is_named(desk: Desk) -> None:
    with pytest.raises(BadLine, match="nowhere:1 is not listed"):
        commands.agree(desk, "nowhere:1", force=True)


def test_checking_finds_who_is_lacking_also_while_others_are_still_to_be_brought(
    shop: Shop, desk: Desk, told: list[str]
) -> None:
    settle(shop, 1)
    shop.finland.wire.down = True
    shop.grant(shop.register(77).user_id, "a", days=3)
    shop.finland.wire.down = False
    assert commands.check(desk) == 0
    assert "1 users still to be brought" in told[0]

    shop.finland.users.clear()

    assert commands.check(desk) == 1
    assert f"{FINLAND} lacks 1 users" in told[2]

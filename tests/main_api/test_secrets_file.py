"""The servers' secrets change while the shop runs, and what is called follows."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from main_api.vpn_api.secrets_file import SecretsFile, read_secrets
from tests.support import fake_country
from tests.support.shop import FINLAND, GERMANY, Shop

FINGERPRINT = "ab" * 32
OTHER = "another-key-" + "o" * 32


def put(file: Path, secrets: dict[str, str]) -> None:
    fresh = file.with_suffix(".new")
    wire = {at: {"key": key, "fingerprint": FINGERPRINT} for at, key in secrets.items()}
    fresh.write_text(json.dumps(wire))
    fresh.replace(file)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "secrets.json"


@pytest.fixture
def shop(tmp_path: Path, file: Path) -> Iterator[Shop]:
    """One that knows its servers by the file alone."""
    put(file, {FINLAND: fake_country.KEY})
    shop = Shop(tmp_path, servers_secrets={}, servers_secrets_file=file)
    yield shop
    shop.close()


def test_a_secret_that_is_written_while_the_shop_runs_is_used_without_a_restart(
    shop: Shop, file: Path
) -> None:
    user_id = shop.register().user_id
    assert shop.deps.vpn.servers.addresses() == [FINLAND]

    put(file, {FINLAND: fake_country.KEY, GERMANY: fake_country.KEY})
    shop.grant(user_id, "a", days=3)

    assert shop.germany.holds(user_id)


def test_a_key_that_was_changed_is_used_for_the_next_call(shop: Shop, file: Path) -> None:
    user_id = shop.register().user_id
    put(file, {FINLAND: OTHER})
    assert shop.grant(user_id, "a", days=3).pending == [FINLAND]

    put(file, {FINLAND: fake_country.KEY})
    shop.rested()
    shop.grant(user_id, "b", days=3)

    assert shop.bot.user(user_id).pending == []
    assert shop.finland.holds(user_id)


def test_a_server_whose_secret_is_taken_away_is_not_called(shop: Shop, file: Path) -> None:
    user_id = shop.register().user_id
    put(file, {})

    shop.grant(user_id, "a", days=3)

    assert shop.deps.vpn.servers.addresses() == []
    assert not shop.finland.holds(user_id)


def test_a_broken_file_leaves_the_last_good_secrets(shop: Shop, file: Path) -> None:
    user_id = shop.register().user_id
    shop.deps.vpn.servers.addresses()
    file.write_text('{"fi.test:8443": {"key": "sho')

    shop.grant(user_id, "a", days=3)

    assert shop.finland.holds(user_id)


def test_what_stands_in_the_file_wins_over_what_was_given_at_the_start(file: Path) -> None:
    put(file, {FINLAND: OTHER})
    given = {at: read_secrets(file)[FINLAND] for at in (FINLAND, GERMANY)}
    put(file, {FINLAND: fake_country.KEY})

    known = SecretsFile(file, given)

    assert known[FINLAND].key == fake_country.KEY
    assert known[GERMANY].key == OTHER


def test_what_is_said_of_a_bad_file_holds_no_secret(file: Path) -> None:
    for text in ('{"nowhere": {"key": "%s"}}', '["%s"]', '{"a": "%s', '{"fi.test:8443": "%s"}'):
        file.write_text(text % OTHER)
        with pytest.raises(ValueError, match=str(file)) as told:
            read_secrets(file)
        assert OTHER not in str(told.value)

"""MONGO_URL as a setting: what cannot be an address is told at the start, without its password."""

import pytest

from common.settings import BadSettings, Settings, load
from common.storage.connect import MongoUrl


class Wanted(Settings):
    mongo_url: MongoUrl


@pytest.mark.parametrize(
    "url",
    [
        "postgres://canary",
        "mongodb://",
        "mongodb://me:canary@@host/",
        "mongodb://me:canary@host:99999/",
        "mongodb://me:can/ary@host/",
        "embedded://canary/folder",
        "embedded:folder",
    ],
)
def test_what_is_no_address_is_refused_without_its_value(url: str) -> None:
    with pytest.raises(BadSettings, match=r"^MONGO_URL: ") as caught:
        load(Wanted, {"MONGO_URL": url})

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "mongodb://me:p%40ss@one:27017,two:27018/?replicaSet=rs0",
        "mongodb+srv://host.example.org/",
        "embedded:///var/lib/keyland",
    ],
)
def test_what_is_one_is_taken_as_it_is(url: str) -> None:
    assert load(Wanted, {"MONGO_URL": url}).mongo_url == url

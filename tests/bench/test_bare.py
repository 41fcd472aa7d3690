"""The prototype that creation is compared with: it must do what it is compared for."""

from pathlib import Path

from bench.bare.database import Users
from bench.bare.signing import is_signed, sign
from bench.load.spec import Spec, Target

TARGET = Target(
    "http://m", "k", "http://p", "http://w", "s", "http://b", "bk", "embedded:///x", [1]
)


def test_a_signature_fits_its_own_request_only() -> None:
    given = sign("key", "PUT", "/users/b1", b"body")

    assert is_signed("key", "PUT", "/users/b1", b"body", given)
    assert not is_signed("key", "PUT", "/users/b2", b"body", given)
    assert not is_signed("key", "PUT", "/users/b1", b"other", given)
    assert not is_signed("other", "PUT", "/users/b1", b"body", given)


def test_its_insert_is_on_the_disk_as_surely_as_ours(tmp_path: Path) -> None:
    users = Users(tmp_path / "bare.sqlite3")

    assert [users.insert("a", "1"), users.insert("b", "2")] == [1, 2]
    assert users.durability() == ("wal", 2)
    assert Users(tmp_path / "bare.sqlite3").insert("c", "3") == 3


def test_what_the_generator_is_told_arrives_unchanged(tmp_path: Path) -> None:
    spec = Spec("reads", TARGET, first_tg_id=5, users=3, seconds=1.5, tokens=["a"])
    spec.write(tmp_path / "spec.json")

    assert Spec.read(tmp_path / "spec.json") == spec

"""Which backends this run left out, and why."""

import pytest

from tests.storage import backends


@pytest.mark.parametrize("kind", ["embedded", "secantus", "mongo", "mongomock"])
def test_the_contract_suite_ran_over(kind: str) -> None:
    if kind in backends.ABSENT:
        pytest.skip(backends.ABSENT[kind])
    assert kind in backends.ALL

"""For all tests: telebot's settings are its module's variables; each test leaves them as found."""

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def telebot_as_found() -> Iterator[None]:
    module = sys.modules.get("telebot.apihelper")
    before = dict(vars(module)) if module else {}
    yield
    if module:
        vars(module).update(before)

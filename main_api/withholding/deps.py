"""Withholding put together."""

from main_api.deps import Deps
from main_api.withholding.people import People
from main_api.withholding.service import Withholding
from main_api.withholding.word import Word


def withholding(deps: Deps) -> Withholding:
    word = Word(People(deps.db), deps.notify, deps.clock)
    return Withholding(deps.db, deps.changes, word, deps.clock)

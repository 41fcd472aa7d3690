"""The people of a broadcast: known to Telegram and to main_api, some of them gone since."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import local

import requests

from common.service_client import make_session
from models.users import RegisterRequest
from sandbox.broadcast.scene import Scene

FIRST_ID = 920_000_000
ADMIN, PAYER = 910_000_003, 910_000_001  # of the emulator's own people
THREADS = 4
BLOCKED_SHARE = 0.05


@dataclass(frozen=True)
class Crowd:
    people: Sequence[int]
    blocked: frozenset[int]


def gathered(scene: Scene, count: int, dice: random.Random) -> Crowd:
    """Everybody has started the bot; a twentieth has blocked it, which main_api does not know."""
    people = range(FIRST_ID, FIRST_ID + count)
    blocked = frozenset(dice.sample(people, round(count * BLOCKED_SHARE)))
    sessions = local()

    def session() -> requests.Session:
        if not hasattr(sessions, "own"):
            sessions.own = make_session()
        own: requests.Session = sessions.own
        return own

    def join(person: int) -> None:
        named = {"id": person, "first_name": f"Человек {person}", "language_code": "ru"}
        scene.telegram(session(), "POST", "users", named)
        scene.telegram(session(), "POST", f"chats/{person}/start", {})
        if person in blocked:
            scene.telegram(session(), "POST", f"chats/{person}/block", {})

    main_api = scene.main_api

    def register(person: int) -> None:
        code = "en" if in_english(person) else "ru"
        main_api.register(RegisterRequest(telegram_id=person, language_code=code))

    for person in (ADMIN, PAYER):
        scene.telegram(session(), "POST", f"chats/{person}/start", {})
    _each(join, people)
    _each(register, people)
    return Crowd(people, blocked)


def in_english(person: int) -> bool:
    return person % 3 == 0


def _each(act: Callable[[int], None], people: Sequence[int]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(act, people):
            pass

"""The emulator's state in one place, behind one lock that also wakes whoever waits."""

import secrets
from dataclasses import dataclass, field
from threading import Condition, RLock

from common.clock import Sleep, real_sleep
from sandbox.telegram.callbacks import Callbacks
from sandbox.telegram.errors import JsonObject
from sandbox.telegram.faults import Faults, FloodControl
from sandbox.telegram.files import Files
from sandbox.telegram.journal import Journal
from sandbox.telegram.profile import Profile
from sandbox.telegram.settings import Settings
from sandbox.telegram.stream import Stream
from sandbox.telegram.updates import UpdateQueue
from sandbox.telegram.world import PRESETS, Person, World


@dataclass
class Emulator:
    settings: Settings
    world: World
    queue: UpdateQueue
    stream: Stream
    journal: Journal
    faults: Faults
    flood: FloodControl
    files: Files
    callbacks: Callbacks
    profile: Profile
    changed: Condition
    sleep: Sleep
    logged_out: bool = False
    chat_instance_seed: str = field(default_factory=lambda: secrets.token_hex(8))
    started_at: float = 0.0

    def now(self) -> int:
        return int(self.settings.clock().timestamp())

    def bot_user(self) -> JsonObject:
        return {
            "id": self.settings.bot_id,
            "is_bot": True,
            "first_name": self.profile.name_in("") or self.settings.bot_name,
            "username": self.settings.bot_username,
        }


def build(settings: Settings, sleep: Sleep = real_sleep) -> Emulator:
    changed = Condition(RLock())
    stream = Stream(changed)
    world = World()
    for preset in PRESETS:
        world.add(Person(preset.id, preset.first_name, preset.username, preset.language_code))
    return Emulator(
        settings=settings,
        world=world,
        queue=UpdateQueue(changed, settings.monotonic, sleep),
        stream=stream,
        journal=Journal(stream),
        faults=Faults(),
        flood=FloodControl(settings.overall_rate, settings.chat_rate, settings.monotonic),
        files=Files(),
        callbacks=Callbacks(settings.callback_lifetime, settings.monotonic),
        profile=Profile(),
        changed=changed,
        sleep=sleep,
        started_at=settings.monotonic(),
    )

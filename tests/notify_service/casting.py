"""A broadcast in a test's hands: its people, its start, and its work done step by step."""

from dataclasses import dataclass, field
from typing import Any

from models.broadcasts import Broadcast, BroadcastButton, BroadcastDraft, BroadcastProgressMessage
from models.codes import Audience
from notify_service.broadcast.recipients import COLLECTION
from sandbox.telegram import people
from sandbox.telegram.world import Person
from tests.common.telegram.emulated import BOB
from tests.notify_service.house import House

ADMIN = BOB
FIRST = 920_000_001
WORDS = "A new server"


@dataclass
class Casting:
    house: House
    people: list[int] = field(default_factory=list)

    def invite(self, count: int, **fields: Any) -> list[int]:
        """Known to Telegram and to the shop; every third reads English."""
        emulator = self.house.telegram.emulator
        first = FIRST + len(self.people)
        new = list(range(first, first + count))
        with emulator.changed:
            for person in new:
                emulator.world.add(Person(person, "x"))
                people.say(emulator, emulator.world.chats[person], "/start")
        for person in new:
            language = "en" if person % 3 == 0 else "ru"
            self.house.shop.add(person, **{"language": language, **fields})
        self.people += new
        return new

    def write(self, text: str = WORDS) -> int:
        """The admin writes to the bot; the number of his message."""
        emulator = self.house.telegram.emulator
        with emulator.changed:
            return people.say(emulator, emulator.world.chats[ADMIN], text).message_id

    def draft(self, broadcast_id: str = "cast", *rows: list[BroadcastButton], **given: Any) -> Any:
        fields: dict[str, Any] = {"audience": Audience.ALL, "source_message_id": 0, **given}
        fields["source_message_id"] = fields["source_message_id"] or self.write()
        return self.house.notices.draft_broadcast(
            BroadcastDraft(broadcast_id=broadcast_id, admin_id=ADMIN, keyboard=list(rows), **fields)
        )

    def begin(self, broadcast_id: str = "cast", *rows: list[BroadcastButton], **given: Any) -> None:
        self.draft(broadcast_id, *rows, **given)
        self.start(broadcast_id)

    def start(self, broadcast_id: str = "cast") -> None:
        progress = self.progress_message()
        self.house.notices.start_broadcast(
            broadcast_id, BroadcastProgressMessage(message_id=progress)
        )

    def progress_message(self) -> int:
        return self.house.deps.dispatcher.sender.send_message(ADMIN, "It begins")

    def freeze(self) -> None:
        """All recipients are known, nobody is served yet."""
        room = self.house.deps.broadcast.runner
        while (job := room.store.current()) and not job.frozen:
            room.house.step()

    def serve(self, most: int = 1000) -> int:
        """So many at most; how many tries there were."""
        room = self.house.deps.broadcast.runner
        tries = 0
        while tries < most:
            job = room.store.current()
            if job is None or not room.sending.serve_one(job):
                break
            tries += 1
        return tries

    def work(self) -> None:
        """To the end of all that runs, and of all that is taken back."""
        room = self.house.deps.broadcast.runner
        for _ in range(200):
            room.house.step()
            job = room.store.current()
            if job is None:
                return
            if job.frozen:
                act = room.sending.serve_one if job.state == "running" else room.deletion.remove_one
                while act(job) and room.store.is_in(job.broadcast_id, job.state):
                    pass
        raise AssertionError("it does not come to an end")

    def told(self, broadcast_id: str = "cast") -> Broadcast:
        return self.house.notices.broadcast(broadcast_id)

    def copies(self) -> dict[int, int]:
        """What the bot has said to each."""
        return {person: len(self.house.telegram.texts(person)) for person in self.people}

    def states(self) -> dict[int, str]:
        rows = self.house.database.collection(COLLECTION).find({})
        return {row["telegram_id"]: row["state"] for row in rows}

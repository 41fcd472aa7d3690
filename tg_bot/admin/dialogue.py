"""What an admin is being asked, and what he has begun: on disk, forgotten after a day."""

from dataclasses import dataclass
from typing import Any

from tg_bot.states import States

ASKED, TAKEN, KEPT = "admin", "admin-taken", "admin-kept"
Data = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """`step` is a name in registry.STEPS."""

    step: str
    data: Data


class Dialogue:
    def __init__(self, states: States) -> None:
        self._states = states

    def ask(self, admin_id: int, step: str, data: Data) -> None:
        """Raises TypeError for data that JSON cannot hold."""
        self._states.put(admin_id, ASKED, {"step": step, "data": data})

    def asked(self, admin_id: int) -> Asked | None:
        return _read(self._states.get(admin_id, ASKED))

    def leave(self, admin_id: int) -> None:
        self._states.drop(admin_id, ASKED)

    def take(self, admin_id: int, message_id: int) -> Asked | None:
        """The step that this message answers. The same message again answers the same step, even
        when that has been left meanwhile: nobody may have been shown the answer yet.
        """
        taken = self._states.get(admin_id, TAKEN)
        if taken and taken["message"] == message_id:
            return _read(taken)
        asked = self.asked(admin_id)
        if asked:
            value = {"message": message_id, "step": asked.step, "data": asked.data}
            self._states.put(admin_id, TAKEN, value)
        return asked

    def was_taken(self, admin_id: int, message_id: int) -> bool:
        taken = self._states.get(admin_id, TAKEN)
        return taken is not None and taken["message"] == message_id

    def keep(self, admin_id: int, name: str, value: Data) -> None:
        self._states.put(admin_id, f"{KEPT}-{name}", value)

    def kept(self, admin_id: int, name: str) -> Data | None:
        return self._states.get(admin_id, f"{KEPT}-{name}")


def _read(state: Data | None) -> Asked | None:
    return Asked(str(state["step"]), dict(state["data"])) if state else None

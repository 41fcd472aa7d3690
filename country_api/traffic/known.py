"""What has been counted up to now, and what a reading adds to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from country_api.traffic.life import Life
from country_api.traffic.meter import Bytes, Reading, growth


@dataclass(frozen=True)
class Known:
    """The counters as they were last read (`seen`) in that life, and the devices connected then.
    `change` is the number of the last change; `fresh`: nothing has been read yet.
    """

    change: int
    fresh: bool
    life: Life
    seen: Mapping[str, Bytes]
    devices: Mapping[str, int | None]

    def same_life(self, reading: Reading) -> bool:
        return not self.fresh and self.life.may_be(reading.life)

    def growth(self, reading: Reading) -> dict[str, Bytes]:
        """Key -> bytes that have come on top. A life that is new began at zero; of one that began
        before the file, or before the life last read, nobody knows what was counted already.
        """
        if self.same_life(reading):
            return growth(self.seen, reading.counters)
        began_unseen = self.life.may_be(reading.life) or reading.life.before(self.life)
        return {} if began_unseen else growth({}, reading.counters)

    def moves(self, reading: Reading, grown: Iterable[str]) -> dict[str, int | None]:
        """Key -> devices now, of these and of all whose number is another one."""
        if reading.devices is None:
            return {key: None for key, there in self.devices.items() if there is not None}
        keys = reading.devices.keys() | self.devices.keys()
        now = {key: reading.devices.get(key, 0) for key in keys}
        moved = {key for key, there in now.items() if there != (self.devices.get(key) or 0)}
        return {key: now.get(key, 0) for key in moved.union(grown)}

    def after(self, reading: Reading, devices: Mapping[str, int | None], changes: int) -> "Known":
        """The life keeps the look by which it was first known: it is certain as it is."""
        same = self.same_life(reading)
        return Known(
            change=self.change + changes,
            fresh=False,
            life=self.life if same else reading.life,
            seen={**self.seen, **reading.counters} if same else reading.counters,
            devices={**self.devices, **devices},
        )

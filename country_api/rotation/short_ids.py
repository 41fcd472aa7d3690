"""A new short id for all links, with the old one alive until customers have fetched the new."""

import secrets
from datetime import timedelta
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ValidationError

from common.clock import Clock
from country_api.rotation.files import Files, Keys, write
from country_api.rotation.switching import RotationFailed, Switching

OVERLAP = timedelta(days=30)
"""Programs fetch their subscription twice a day while they run; many are opened once a month."""


class Under(BaseModel):
    """A rotation under way. `adding`: the new id is being brought in; `both`: links have it."""

    phase: Literal["adding", "both"]
    new: str
    old: tuple[str, ...]
    since: AwareDatetime


class Refused(Exception):
    """Nothing was done; the message says why."""


class ShortIds:
    def __init__(self, files: Files, switching: Switching, clock: Clock) -> None:
        self._files, self._switching, self._clock = files, switching, clock

    def begin(self) -> str:
        """A new id is accepted beside the old, then links get it. Broken off, it is gone on with
        by the next call. Raises Refused, RotationFailed.
        """
        under = self.under_way()
        if under and under.phase == "both":
            raise Refused(f"a rotation is under way: {self.status()}")
        keys = self._files.keys()
        if not under:
            new = secrets.token_hex(8)
            under = Under(phase="adding", new=new, old=keys.short_ids, since=self._clock())
            self._keep(under)
        self._bring(with_ids(keys, *under.old, under.new))
        self._switching.tell_links(with_ids(keys, under.new, *under.old))
        self._keep(under.model_copy(update={"phase": "both", "since": self._clock()}))
        return self.status()

    def _bring(self, keys: Keys) -> None:
        try:
            self._switching.bring(keys)
        except RotationFailed:
            self._files.state.unlink(missing_ok=True)
            raise

    def finish(self, *, force: bool = False) -> str:
        """The old ids are refused from now on. Raises Refused, RotationFailed."""
        under = self.under_way()
        if not under or under.phase != "both":
            raise Refused("no rotation is under way; `begin` begins one")
        due = under.since + OVERLAP
        if self._clock() < due and not force:
            raise Refused(f"{self.status()}; who has not fetched it would be shut out (--force)")
        self._switching.bring(with_ids(self._files.keys(), under.new))
        self._files.state.unlink()
        return self.status()

    def status(self) -> str:
        under, ids = self.under_way(), self._files.keys().short_ids
        if not under:
            return f"one short id is in links, {len(ids)} accepted; no rotation is under way"
        if under.phase == "adding":
            return "a rotation was broken off while it began; `begin` goes on with it"
        due = under.since + OVERLAP
        return (
            f"links have had the new short id since {under.since:%Y-%m-%d}, the old one is"
            f" accepted as well; `finish` is due on {due:%Y-%m-%d}"
        )

    def under_way(self) -> Under | None:
        """Raises Refused when the note of it cannot be read."""
        try:
            return Under.model_validate_json(self._files.state.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError:
            raise Refused(f"{self._files.state} is spoilt; look, and remove it") from None

    def _keep(self, under: Under) -> None:
        write(self._files.state, under.model_dump_json())


def with_ids(keys: Keys, *ids: str) -> Keys:
    return Keys(ids, keys.public, keys.private)

"""The thread that ends the living connections of users who are no longer in the core.

The core itself lets them go on: it asks who somebody is once a connection. But it still tells from
where a removed user is connected, as long as he is (`core/online.py`), so the addresses are read
after the removal, when no new connection can begin.
"""

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from time import monotonic

from common.errors import ServiceError
from common.supervision import Watchdog
from country_api.core.online import Online
from country_api.cutting.agenda import Agenda, Entry
from country_api.cutting.sockets import CannotCut, Sockets

log = logging.getLogger(__name__)
SWEEP_SECONDS = 30.0
RETRY_SECONDS = 0.5
PATIENCE_SECONDS = 180.0
UNCHECKED = "not tried yet"
CANNOT_TELL = "this core does not tell from where its users are connected"


class Cutter:
    """Ask with `cut`, which neither waits nor fails. `trouble` says why nothing can be cut, "" when
    it can; it is also logged when it begins and ends.

    At the start and now and then, whoever is connected and not live is cut as well: those
    whom an agent removed that died then, and those who were let in without being counted (an idle
    Mux connection counts from the first stream inside). One at an address where that was done is
    left alone until he has been away, or a wrong count would cut his neighbours for ever. `ended`
    counts connections; `uncut` the users who are gone and were connected at the last sweep although
    they had been cut, or could not be: None before the first, and where the core cannot tell.
    """

    def __init__(
        self,
        online: Online,
        sockets: Sockets,
        live: Callable[[Collection[str]], Mapping[str, str]],
        check: Callable[[], str],
        watchdog: Watchdog | None = None,
        sweep_seconds: float = SWEEP_SECONDS,
    ) -> None:
        self._sweep_seconds = sweep_seconds
        self._online, self._sockets = online, sockets
        self._live, self._check = live, check
        self._watchdog = watchdog or Watchdog()
        self._agenda = Agenda(monotonic)
        self._swept: set[tuple[str, str]] = set()
        self._sweep_due = monotonic()
        self._woken = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="cutter", daemon=True)
        self.trouble = UNCHECKED if online.can_tell else CANNOT_TELL
        self.ended = 0
        self.uncut: int | None = None

    def start(self) -> None:
        if self._online.can_tell:
            self._tell(self._check())
            self._thread.start()

    def stop(self) -> None:
        self._stopped = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def cut(self, gone: Mapping[str, str | None]) -> None:
        """These have just been removed from the core, or got another id there: key -> the id that
        has gone, None when it is not known.
        """
        if self._online.can_tell:
            self._agenda.add(gone)
            self._woken.set()

    def _run(self) -> None:
        while not self._stopped:
            self._watchdog.expect("cutter", PATIENCE_SECONDS)
            try:
                self._round()
                if self._sweep_due <= monotonic():
                    self._sweep()
            except Exception:
                log.exception("the cutter stumbled; it goes on")
                self._sweep_due = monotonic() + self._sweep_seconds
            wake = min(self._agenda.next() or self._sweep_due, self._sweep_due)
            self._woken.wait(max(0.0, wake - monotonic()))
            self._woken.clear()  # before it is looked at who is due, and whether to stop

    def _round(self) -> None:
        due = self._agenda.due()
        try:
            there = self._online.addresses(due.keys() - self._back(due))
            self._destroy({address for those in there.values() for address in those})
        except Exception as trouble:
            self._agenda.failed(due)
            if not isinstance(trouble, CannotCut | ServiceError):
                raise
        else:
            self._agenda.done(due)

    def _back(self, due: Mapping[str, Entry]) -> set[str]:
        """Who has got the very id again that had gone: what he has begun with it is wanted."""
        live = self._live(due)
        return {key for key, it in due.items() if it.core_id and it.core_id == live.get(key)}

    def _sweep(self) -> None:
        if self.trouble:
            self._tell(self._check())
        self._sweep_due = monotonic() + self._sweep_seconds
        try:
            self._end_strangers()
        except CannotCut:
            pass
        except ServiceError:  # the core or the store is away
            self._sweep_due = monotonic() + RETRY_SECONDS

    def _end_strangers(self) -> None:
        there = self._online.all()  # before the others, since who is added stands there first
        strangers = there.keys() - self._live(there).keys()
        pairs = {(key, address) for key in strangers for address in there[key]}
        try:
            self._destroy({address for _, address in pairs - self._swept})
        except CannotCut:
            self._tell_uncut(len(strangers))
            raise
        self._tell_uncut(len({key for key, _ in pairs & self._swept}))
        self._swept = pairs

    def _tell_uncut(self, users: int) -> None:
        if users != (self.uncut or 0):
            log.warning("cutting: %d users who are gone are connected all the same", users)
        self.uncut = users

    def _destroy(self, addresses: set[str]) -> None:
        """Raises CannotCut."""
        try:
            ended = self._sockets.destroy(addresses)
        except CannotCut as trouble:
            self._tell(str(trouble))
            raise
        if ended:
            self.ended += ended
            self._tell("")
            log.info("cut %d connections of users who are gone", ended)

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            log.log(logging.WARNING if trouble else logging.INFO, "cutting: %s", trouble or "works")

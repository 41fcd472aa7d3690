"""What runs beside the web app: delivery at once, reconciliation and cleaning by the clock."""

import fcntl
import logging
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

from common.errors import ServiceError
from common.supervision import Watchdog
from payments_webhook.delivery import Delivery
from payments_webhook.inbox import Inbox
from payments_webhook.providers.base import Provider

log = logging.getLogger(__name__)
LOOK_SECONDS = 0.5
SWEEP_SECONDS = 60.0
PATIENCE_SECONDS = 120.0
SWEEP_PATIENCE_SECONDS = 1800.0  # it asks a provider for each open payment, with deadlines


class OneProcess:
    """A lock on a file, held until the process ends, however it ends."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._handle: int | None = None

    def taken(self) -> bool:
        if self._handle is not None:
            return True
        handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


class Worker:
    """Runs in whichever process has the lock; another one waits for it and takes over."""

    def __init__(
        self,
        delivery: Delivery,
        inbox: Inbox,
        providers: Iterable[Provider],
        lock: OneProcess,
        *,
        sweep_seconds: float = SWEEP_SECONDS,
        watchdog: Watchdog | None = None,
    ) -> None:
        self._watchdog = watchdog or Watchdog()
        self._delivery, self._inbox = delivery, inbox
        self._providers = list(providers)
        self._lock = lock
        self._sweep_seconds = sweep_seconds
        self._swept: float | None = None
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._deliver, name="deliver", daemon=True),
            threading.Thread(target=self._reconcile, name="reconcile", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._delivery.wake.set()
        for thread in self._threads:
            thread.join()
        self._delivery.finish()
        self._lock.release()

    def _deliver(self) -> None:
        while not self._stopping.is_set():
            self._watchdog.expect("deliver", PATIENCE_SECONDS)
            self._delivery.wake.wait(LOOK_SECONDS)
            self._delivery.wake.clear()
            self._guarded()

    def _guarded(self) -> None:
        try:
            if self._lock.taken() and not self._stopping.is_set():
                self._delivery.step()
        except Exception:
            # a full disk or a locked file passes; the thread must outlive it
            log.exception("the delivery thread stumbled")

    def _reconcile(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            self._watchdog.expect("reconcile", SWEEP_PATIENCE_SECONDS)
            due = self._swept is None or monotonic() - self._swept >= self._sweep_seconds
            if due and self._is_mine():
                self._swept = monotonic()
                self.sweep()

    def _is_mine(self) -> bool:
        try:
            return self._lock.taken()
        except OSError as trouble:
            log.warning("the lock cannot be taken now: %s", trouble.strerror)
            return False

    def sweep(self) -> None:
        """Money that no event told of goes into the inbox; strangers' old events leave it."""
        for provider in self._providers:
            try:
                if told := provider.reconcile():
                    log.warning("%s: %s payments found that no event told of", provider.name, told)
                    self._delivery.wake.set()
            except ServiceError as away:
                log.warning("%s cannot be reconciled now: %s", provider.name, away)
            except Exception:
                log.exception("reconciliation of %s stumbled", provider.name)
        try:
            self._inbox.forget_untrusted()
        except ServiceError as away:
            log.warning("the inbox cannot be cleaned now: %s", away)

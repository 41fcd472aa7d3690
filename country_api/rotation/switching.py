"""Brings other keys into the running core, or leaves everything as it was."""

import time
from collections.abc import Callable
from typing import NoReturn

from common.clock import Sleep
from country_api.rotation.files import Files, Keys
from country_api.rotation.services import Services

PATIENCE_SECONDS = 60.0


class RotationFailed(Exception):
    """For the operator; says whether the old keys are in force again."""


class Switching:
    def __init__(
        self,
        files: Files,
        services: Services,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Sleep = time.sleep,
    ) -> None:
        self._files, self._services = files, services
        self._patience_seconds = patience_seconds
        self._monotonic, self._sleep = monotonic, sleep

    def bring(self, keys: Keys) -> None:
        """Settings, agent, the core's file (which the core itself has tested), core; raises
        RotationFailed, after the way back.
        """
        before = self._files.keys()
        try:
            self._write(keys)
        except RotationFailed as trouble:
            self._back(trouble, lambda: self._write(before))
        try:
            self._restart()
        except RotationFailed as trouble:
            self._back(trouble, lambda: self._go_to(before))

    def _back(self, trouble: RotationFailed, way: Callable[[], None]) -> NoReturn:
        try:
            way()
        except RotationFailed as again:
            raise RotationFailed(f"{trouble}; nor did the way back work: {again}") from None
        raise RotationFailed(f"{trouble}; everything is as before") from None

    def tell_links(self, keys: Keys) -> None:
        """Another order of the same short ids: a matter of links, so the core goes on."""
        self._files.put(keys)
        self._services.restart_agent()

    def _go_to(self, keys: Keys) -> None:
        self._write(keys)
        self._restart()

    def _write(self, keys: Keys) -> None:
        self._files.put(keys)
        self._services.restart_agent()
        self._wait_for_file(keys)

    def _restart(self) -> None:
        self._services.restart_core()
        if not self._services.core_is_well(self._files.core_port()):
            raise RotationFailed("the core does not run with the new file")

    def _wait_for_file(self, keys: Keys) -> None:
        deadline = self._monotonic() + self._patience_seconds
        while not self._is_in_file(keys):
            if self._monotonic() > deadline:
                raise RotationFailed("the agent has not written the core's file (its log says why)")
            self._sleep(0.2)

    def _is_in_file(self, keys: Keys) -> bool:
        try:
            return self._files.in_core_config() == (set(keys.short_ids), keys.private)
        except (OSError, ValueError, KeyError):
            return False

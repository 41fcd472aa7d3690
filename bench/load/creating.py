"""Customers who come all at once, and customers who come one after the other."""

import time
from itertools import count
from typing import Any

import gevent
from gevent.event import Event
from locust import task
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import LocalRunner

from bench.load.recorder import Recorder
from bench.load.shopper import Shopper
from bench.load.spec import Spec
from bench.load.usage import Meter

GIVE_UP_SECONDS = 120.0
PAUSE_SECONDS = 1.0
REST_SECONDS = 0.05
CREATE, BARE = "create", "bare"


def bursts(spec: Spec) -> dict[str, Any]:
    """`rounds` times `users` customers at the same moment; a creation is both its calls."""
    numbers, gate = count(spec.first_tg_id), Event()

    class Newcomer(Shopper):
        target = spec.target

        @task
        def come(self) -> None:
            number = next(numbers)
            gate.wait()
            with recorder.timed(CREATE):
                self.create(number)
            raise StopUser

    environment = Environment(user_classes=[Newcomer])
    recorder, meter = Recorder(), Meter(spec.target.pids)
    runner, found = environment.create_local_runner(), []
    for _ in range(spec.rounds):
        gate.clear()
        found.append(_burst(runner, recorder, meter, gate, spec.users))
        gevent.sleep(PAUSE_SECONDS)
    runner.quit()
    return {"rounds": found, "errors": recorder.errors}


def _burst(
    runner: LocalRunner, recorder: Recorder, meter: Meter, gate: Event, users: int
) -> dict[str, Any]:
    runner.start(users, spawn_rate=users, wait=True)
    gevent.sleep(0.05)
    before, began = meter.read(), time.perf_counter()
    errors_before = len(recorder.errors)
    gate.set()
    _wait(lambda: recorder.count(CREATE) + len(recorder.errors) - errors_before >= users)
    wall = time.perf_counter() - began
    spent = meter.read().since(before)
    runner.stop()
    return {
        "times_ms": recorder.taken(CREATE),
        "wall_seconds": wall,
        "shop_cpu_seconds": spent.shop_seconds,
        "machine_cpu_seconds": spent.machine_seconds,
        "memory_mb": meter.memory_mb(),
    }


def sequential(spec: Spec) -> dict[str, Any]:
    """`users` creations one by one, each followed by one of the bare prototype's: what else the
    machine does falls on both alike, and so do its caches.
    """
    environment = Environment(user_classes=[])
    recorder, numbers = Recorder(), count(spec.first_tg_id)
    shopper = type("One", (Shopper,), {"target": spec.target})(environment)
    for _ in range(spec.users):
        for name, create in ((CREATE, shopper.create), (BARE, shopper.create_bare)):
            with recorder.timed(name):
                create(next(numbers))
            time.sleep(REST_SECONDS)
    return {
        "times_ms": {name: recorder.taken(name) for name in (CREATE, BARE)},
        "errors": recorder.errors,
    }


def _wait(done: Any) -> None:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError("the burst does not end")
        gevent.sleep(0.001)

"""Client programs that read their subscription, alone or among other traffic."""

import random
import time
from itertools import count
from typing import Any

import gevent
from locust import task
from locust.env import Environment
from typing_extensions import override

from bench.load.recorder import Recorder
from bench.load.shopper import Shopper
from bench.load.spec import Spec
from bench.load.usage import Meter

WARM_SECONDS = 1.0
READ, CREATE, STATUS = "read", "create", "status"


def reads(spec: Spec) -> dict[str, Any]:
    """As many as `users` connections make, each asking again at once."""
    addresses = [f"{spec.target.public_url}/sub/{token}" for token in spec.tokens]
    return _run(spec, addresses)


def nothing(spec: Spec) -> dict[str, Any]:
    """The same against a view that does nothing: what the generator is able to ask for."""
    return _run(spec, [f"{spec.target.bare_url}/nothing"])


def _run(spec: Spec, addresses: list[str]) -> dict[str, Any]:
    class Client(Shopper):
        target = spec.target

        @task
        def read_one(self) -> None:
            with recorder.timed(READ):
                self.read(random.choice(addresses))

    environment = Environment(user_classes=[Client])
    recorder = Recorder()
    return _measured(spec, environment, recorder)


def mixed(spec: Spec) -> dict[str, Any]:
    """Nine of ten requests read: subscriptions mostly, and what the bot's profile shows."""
    addresses = [f"{spec.target.public_url}/sub/{token}" for token in spec.tokens]
    numbers = count(spec.first_tg_id)

    class Anybody(Shopper):
        target = spec.target
        known = ""

        @override
        def on_start(self) -> None:
            self.known = self.create(next(numbers))

        @task(140)
        def read_one(self) -> None:
            with recorder.timed(READ):
                self.read(random.choice(addresses))

        @task(40)
        def look_up(self) -> None:
            with recorder.timed(STATUS):
                self.signed("GET", f"/api/v1/users/{self.known}")

        @task(10)  # each is two requests
        def come(self) -> None:
            with recorder.timed(CREATE):
                self.create(next(numbers))

    environment = Environment(user_classes=[Anybody])
    recorder = Recorder()
    return _measured(spec, environment, recorder)


def _measured(spec: Spec, environment: Environment, recorder: Recorder) -> dict[str, Any]:
    meter = Meter(spec.target.pids)
    runner = environment.create_local_runner()
    runner.start(spec.users, spawn_rate=spec.users, wait=True)
    gevent.sleep(WARM_SECONDS)
    for name in (READ, STATUS, CREATE):
        recorder.taken(name)
    before, began = meter.read(), time.perf_counter()
    gevent.sleep(spec.seconds)
    times = {name: recorder.taken(name) for name in (READ, STATUS, CREATE)}
    wall, spent = time.perf_counter() - began, meter.read().since(before)
    runner.quit()
    return {
        "times_ms": {name: found for name, found in times.items() if found},
        "wall_seconds": wall,
        "shop_cpu_seconds": spent.shop_seconds,
        "machine_cpu_seconds": spent.machine_seconds,
        "memory_mb": meter.memory_mb(),
        "errors": recorder.errors,
    }

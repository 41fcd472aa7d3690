"""`python -m sandbox.demo`: plays the customer, one line a step; exit 0 only if every step held."""

import sys
import time
from collections.abc import Callable

from sandbox.core import CoreNotFound
from sandbox.customer import Customer
from sandbox.demo.access_steps import (
    browse_through_each_country,
    get_the_link,
    start_the_bot,
    take_the_trial,
)
from sandbox.demo.failure_steps import (
    a_core_is_killed,
    access_ends,
    an_agent_is_down_while_money_comes,
)
from sandbox.demo.money_steps import buy_a_month, forged_and_lower, renew, the_same_event_again
from sandbox.demo.story import Story
from sandbox.ending import leave_when_told
from sandbox.shop import Sandbox
from sandbox.supervisor import NotReady

STEPS: list[Callable[[Story], str]] = [
    start_the_bot,
    take_the_trial,
    get_the_link,
    browse_through_each_country,
    buy_a_month,
    the_same_event_again,
    forged_and_lower,
    a_core_is_killed,
    an_agent_is_down_while_money_comes,
    access_ends,
    renew,
]


def new_story(sandbox: Sandbox) -> Story:
    """Two people whose names are canaries: no log may ever hold them."""
    chat = sandbox.layout.url("telegram")
    return Story(
        sandbox,
        anna=Customer.join(chat, "Анна-канарейка", "ru", "anna_canary"),
        boris=Customer.join(chat, "Борис-канарейка", "ru", "boris_canary"),
    )


def play(story: Story) -> bool:
    for number, step in enumerate(STEPS, 1):
        began = time.monotonic()
        name = step.__name__.replace("_", " ")
        try:
            told = step(story)
        except Exception as failure:  # noqa: BLE001 -- whatever it is, the step is to be named
            print(f"demo: FAILED at step {number}, {name}: {type(failure).__name__}: {failure}")
            return False
        print(f"{number:2}. {name}: {told} ({time.monotonic() - began:.1f} s)", flush=True)
    return True


def show(began: float) -> bool:
    """Raises CoreNotFound or NotReady when there is no shop to play in."""
    with Sandbox.temporary() as sandbox:
        print(f"core: {sandbox.core}", flush=True)
        sandbox.start_all()
        print(f"the shop is up ({time.monotonic() - began:.1f} s)", flush=True)
        if play(new_story(sandbox)):
            return True
        print(f"logs: {sandbox.keep_logs()}")
        return False


def main() -> int:
    leave_when_told(130)
    began = time.monotonic()
    try:
        if not show(began):
            return 1
    except (CoreNotFound, NotReady) as trouble:
        print(f"demo: FAILED, the shop is not up: {trouble}")
        return 1
    print(f"demo: ok, {len(STEPS)} steps in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

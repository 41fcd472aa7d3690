"""Steps of things that break: a core killed, an agent down while money comes, access that ends."""

import signal
from datetime import timedelta
from functools import partial

import requests

from common.errors import ServiceError
from sandbox.demo.money_steps import TOLERANCE, pay_by_yookassa
from sandbox.demo.story import Story, ensure
from sandbox.layout import COUNTRIES

FIRST, SECOND = COUNTRIES


def a_core_is_killed(story: Story) -> str:
    name, link = f"core_{FIRST}", story.links()[FIRST]
    restarts = story.sandbox.restarts(name)
    story.sandbox.kill(name, signal.SIGKILL)
    story.wait("the core is started again", lambda: story.sandbox.restarts(name) > restarts)
    took = story.wait("traffic flows again", lambda: _flows(story, FIRST, link))
    return f"{FIRST}'s core killed with -9; traffic again after {took:.1f} s"


def an_agent_is_down_while_money_comes(story: Story) -> str:
    """The other server must serve at once; the first, after its return, without anyone's help."""
    before = story.access_until()
    story.sandbox.stop(f"agent_{FIRST}")
    pay_by_yookassa(story)
    story.wait("access is longer", lambda: story.access_until() > before)
    story.fetch_through(SECOND, "while-one-is-down")
    story.move_time(seconds=(before - story.now()).total_seconds() + 60)
    story.fetch_through(SECOND, "longer-where-it-is-known")
    story.sandbox.start(f"agent_{FIRST}")
    took = story.wait(f"{FIRST} knows", lambda: _knows(story, FIRST))
    story.fetch_through(FIRST, "back")
    return f"{SECOND} served at once; {FIRST} {took:.1f} s after its return"


def access_ends(story: Story) -> str:
    story.facts["old_links"] = links = story.links()
    end, after = story.access_until(), story.anna.now()
    story.move_time(seconds=(end - story.now() + timedelta(seconds=35)).total_seconds())
    for country in COUNTRIES:
        story.wait(f"{country} refuses", partial(story.refused_through, country, links[country]))
    story.anna.message(r"(?i)закончил|истёк|истек", after=after)
    ensure(abs(story.access_until() - end) < TOLERANCE, "the end of access moved by itself")
    return "new connections refused in both countries; the notice came"


def _knows(story: Story, country: str) -> bool:
    """Whether the server's own list has the present end of access."""
    try:
        listed = story.sandbox.operator.users(country).users
    except ServiceError:
        return False
    ends = {user.key: user.expires_at for user in listed if user.in_core is not False}
    return ends.get(story.facts["core_user"]) == story.user().expires_at


def _flows(story: Story, country: str, link: str) -> bool:
    try:
        story.fetch_through(country, "again", link)
    except requests.RequestException:
        return False
    return True

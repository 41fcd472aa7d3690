"""The demo's path as tests, and what its logs may not tell."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from sandbox.demo.__main__ import STEPS, new_story
from sandbox.demo.story import Story
from sandbox.shop import Sandbox
from sandbox.vpn_client import parse_link

SERVICES = (
    "main_api", "main_public", "main_jobs", "payments_webhook", "notify_service", "tg_bot",
    "agent_finland", "agent_germany",
)  # fmt: skip

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def story(shop: Sandbox) -> Story:
    return new_story(shop)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_the_customers_path(story: Story, step: Callable[[Story], str]) -> None:
    """Steps build on each other, in this order; one that fails takes the rest with it."""
    assert step(story)


@pytest.mark.parametrize("service", SERVICES)
def test_the_log_is_json_and_tells_no_secret_link_or_name(story: Story, service: str) -> None:
    text = (story.sandbox.layout.logs / f"{service}.log").read_text(errors="replace")

    told = [name for name, value in canaries(story).items() if value in text]

    assert text.strip()
    assert told == []
    for line in text.splitlines():
        assert json.loads(line)["service"]


def canaries(story: Story) -> dict[str, str]:
    """Everything of this run that must never stand in a log."""
    layout = story.sandbox.layout
    links = story.facts["old_links"]
    return {
        "first name": "Анна-канарейка",
        "username": "anna_canary",
        "bot token": layout.bot_token,
        "YooKassa's key": layout.yookassa_key,
        "YooMoney's secret": layout.yoomoney_secret,
        "YooMoney's token": layout.yoomoney_token,
        "subscription token": urlsplit(story.subscription).path.rsplit("/", 1)[-1],
        **{f"key of {caller} at {callee}": key for (caller, callee), key in layout.keys.items()},
        **{f"id in {country}": parse_link(link).core_id for country, link in links.items()},
    }

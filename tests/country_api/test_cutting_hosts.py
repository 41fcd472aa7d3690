"""The removal test: customers with real VPN programs download through REALITY and Vision, each from
a host and an address of his own; one of them loses access, and only he is cut.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from country_api.cutting.check import why_not
from tests.country_api.conftest import core_id
from tests.country_api.separate_hosts import Hosts, separate_hosts
from tests.support.netns import needs_namespaces
from tests.support.waiting import wait_until

WITHIN_SECONDS = 5.0
ANNA, BORIS = 1, 2
pytestmark = [
    needs_namespaces,
    pytest.mark.skipif(bool(why_not()), reason=f"cannot cut here: {why_not()}"),
    pytest.mark.timeout(180),
]


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Hosts]:
    with separate_hosts(tmp_path, "anna", "boris") as hosts:
        hosts.agent.api.put_user(hosts.agent.user(ANNA, days=30))
        hosts.agent.api.put_user(hosts.agent.user(BORIS, days=1))
        yield hosts


def revoke(hosts: Hosts) -> None:
    """Of one who is banned or has got his money back, too."""
    hosts.agent.api.put_user(hosts.agent.user(BORIS, revision=2, active=False))


def expire(hosts: Hosts) -> None:
    hosts.agent.clock.advance(days=2)


def replace_link(hosts: Hosts) -> None:
    hosts.agent.api.put_user(hosts.agent.user(BORIS, revision=2, core_id=core_id(9)))


@pytest.mark.parametrize("version", ["ipv4", "ipv6"])
@pytest.mark.parametrize("end", [revoke, expire, replace_link])
def test_only_the_download_of_one_who_is_gone_breaks_and_within_five_seconds(
    hosts: Hosts, end: Callable[[Hosts], None], version: str
) -> None:
    server = getattr(hosts.server, version)
    boris_program = hosts.connect("boris", BORIS, server)
    anna = hosts.download("anna", hosts.connect("anna", ANNA, server))
    boris = hosts.download("boris", boris_program)

    began = monotonic()
    end(hosts)

    wait_until(lambda: boris.ended is not None, 30)
    assert boris.ended
    assert boris.ended - began < WITHIN_SECONDS
    assert boris.right
    assert not boris.whole
    assert hosts.try_to_download("boris", boris_program) is None
    seen = anna.pieces
    wait_until(lambda: anna.pieces > seen + 150)  # also beyond the second cut
    hosts.site.dry.set()
    wait_until(lambda: anna.ended is not None)
    assert anna.right
    assert anna.whole


def test_a_neighbour_at_the_same_address_is_cut_too_and_reconnects_at_once(hosts: Hosts) -> None:
    anna_program = hosts.connect("boris", ANNA)
    anna = hosts.download("boris", anna_program)
    boris = hosts.download("boris", hosts.connect("boris", BORIS))

    revoke(hosts)

    wait_until(lambda: boris.ended is not None and anna.ended is not None, WITHIN_SECONDS)
    assert hosts.try_to_download("boris", anna_program) is not None


def test_an_agent_that_was_away_cuts_who_has_lost_access_meanwhile(hosts: Hosts) -> None:
    anna = hosts.download("anna", hosts.connect("anna", ANNA))
    boris = hosts.download("boris", hosts.connect("boris", BORIS))
    hosts.agent.stop()
    hosts.agent.clock.advance(days=2)
    seen = boris.pieces
    wait_until(lambda: boris.pieces > seen + 50)  # the core alone lets him go on

    with hosts.server.inside():
        hosts.agent.start()

    wait_until(lambda: boris.ended is not None, WITHIN_SECONDS)
    assert anna.right
    assert anna.ended is None

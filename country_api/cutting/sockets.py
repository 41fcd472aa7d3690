"""Ends TCP connections of this machine from outside their process: the kernel's SOCK_DESTROY."""

import subprocess
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

SS = ("ss",)
AT_ONCE = 64  # addresses in one filter
SECONDS = 10.0


class CannotCut(Exception):
    """Says why in words for the operator, without an address."""


class Sockets:
    """Those of the programs that listen on `port` here. `ss` is the command, of iproute2."""

    def __init__(self, port: int, ss: Sequence[str] = SS) -> None:
        self._port = port
        self._ss = tuple(ss)

    def destroy(self, addresses: Iterable[str]) -> int:
        """End all connections from these addresses; how many. Raises CannotCut.

        An IPv4 address stands for its mapped form, too. A connection that one side has closed
        counts, since the other direction may still carry a download.
        """
        filters = sorted(map(_filter, set(addresses)))
        return sum(
            self._destroy(filters[start : start + AT_ONCE])
            for start in range(0, len(filters), AT_ONCE)
        )

    def _destroy(self, filters: Sequence[str]) -> int:
        which = f"( sport = :{self._port} and ( {' or '.join(filters)} ) )"
        try:
            ended = subprocess.run(  # noqa: S603 -- a fixed command, and addresses that are valid
                [*self._ss, "-KHtn", "state", "connected", which],
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except FileNotFoundError:
            raise CannotCut("the program ss is not installed (package iproute2)") from None
        except (OSError, subprocess.TimeoutExpired) as trouble:
            raise CannotCut(f"ss cannot be run ({type(trouble).__name__})") from None
        _judge(ended.returncode, ended.stderr)
        return len(ended.stdout.splitlines())


def _filter(address: str) -> str:
    """Raises ValueError for what is no address."""
    known = ip_address(address)
    return f"dst {known}" if known.version == 4 else f"dst [{known}]"  # noqa: PLR2004 -- IPv4


def _judge(code: int, told: str) -> None:
    """Ss ends with 0 also when the kernel has refused; only its words tell."""
    if "not permitted" in told:
        raise CannotCut("the right to end connections is missing (CAP_NET_ADMIN)")
    if code or told.strip():
        raise CannotCut(f"ss has failed (exit code {code})")

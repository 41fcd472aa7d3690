"""By which addresses users leave this server: IPv6 first only where IPv6 works.

`python -m country_api.outbound` tells which way is in force, why, and whether it still fits;
`… decide` looks anew. Needs STATE_DIR and OUTBOUND_STRATEGY as the agent has them.
"""

import argparse
import os
import socket
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ValidationError

from common.clock import Clock, system_clock
from common.environment import refuse
from common.settings import BadSettings, Settings, load

Strategy = Literal[
    "AsIs", "UseIP", "UseIPv4", "UseIPv6", "UseIPv4v6", "UseIPv6v4",
    "ForceIP", "ForceIPv4", "ForceIPv6", "ForceIPv4v6", "ForceIPv6v4",
]  # fmt: skip
AUTO: Final = "auto"
Choice = Literal["auto", Strategy]
IPV6_FIRST: Strategy = "ForceIPv6v4"
NEED_IPV6: frozenset[Strategy] = frozenset(
    ("UseIP", "UseIPv6", "UseIPv6v4", "ForceIP", "ForceIPv6", "ForceIPv6v4")
)
SAFE: Strategy = "ForceIPv4"
"""Not the other without IPv6: the core tries IPv4 when a name has no IPv6 address, and never when
the connection to one fails."""

FAR = (("2606:4700:4700::1111", 443), ("2001:4860:4860::8888", 443), ("2620:fe::fe", 443))
"""Three who answer the whole world: Cloudflare, Google, Quad9."""
PATIENCE_SECONDS = 3.0


def ipv6_works(targets: Sequence[tuple[str, int]] = FAR, seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether a connection to one of them over IPv6 comes about; no name has to be resolved."""
    with ThreadPoolExecutor(len(targets)) as pool:
        return any(pool.map(lambda target: _connects(target, seconds), targets))


def _connects(target: tuple[str, int], seconds: float) -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as wire:
            wire.settimeout(seconds)
            wire.connect(target)
    except OSError:
        return False
    return True


class Decision(BaseModel):
    """Made once and kept, so that an hour without IPv6 changes nothing by itself."""

    strategy: Strategy
    decided_at: AwareDatetime


class Outbound:
    """`state_dir` keeps the decision; `works` tells whether IPv6 does, now."""

    def __init__(
        self, state_dir: Path, choice: Choice, clock: Clock, works: Callable[[], bool] = ipv6_works
    ) -> None:
        self._file = state_dir / "outbound.json"
        self._choice, self._clock, self._works = choice, clock, works

    def strategy(self) -> Strategy:
        """What is in force; at the first time it is decided here. Raises OSError."""
        if self._choice != AUTO:
            return self._choice
        return (self.decided() or self.decide()).strategy

    def decided(self) -> Decision | None:
        try:
            return Decision.model_validate_json(self._file.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def decide(self) -> Decision:
        strategy = IPV6_FIRST if self._works() else SAFE
        decision = Decision(strategy=strategy, decided_at=self._clock())
        fresh = self._file.with_suffix(".new")
        fresh.write_text(decision.model_dump_json(), encoding="utf-8")
        fresh.replace(self._file)
        return decision

    def report(self) -> tuple[bool, str]:
        """Whether what is in force fits this server now, and a line for its operator."""
        strategy, works = self.strategy(), self._works()
        told = f"outbound: {strategy} {self._why()}; IPv6 {'works' if works else 'does not work'}"
        if strategy in NEED_IPV6 and not works:
            return False, f"{told}: sites that have IPv6 cannot be opened. {self._advice(SAFE)}"
        if works and self._choice == AUTO and strategy == SAFE:
            return False, f"{told}, and is not used. {self._advice(IPV6_FIRST)}"
        return True, told

    def _why(self) -> str:
        decided = self.decided()
        if self._choice != AUTO or not decided:
            return "(set by OUTBOUND_STRATEGY)"
        return f"(decided by a trial of IPv6 on {_day(decided.decided_at)})"

    def _advice(self, better: Strategy) -> str:
        if self._choice != AUTO:
            return f"Set OUTBOUND_STRATEGY to {better} or auto, restart keyland-agent and -core"
        command = "python -m country_api.outbound decide"
        return f"If it stays so: `{command}`, then restart keyland-agent and keyland-core"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


class OutboundSettings(Settings):
    """The part of the agent's settings that the command needs."""

    state_dir: Path
    outbound_strategy: Choice = AUTO


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m country_api.outbound", description=__doc__)
    parser.add_argument("act", nargs="?", choices=["tell", "decide"], default="tell")
    asked = parser.parse_args()
    try:
        settings = load(OutboundSettings, os.environ)  # noqa: TID251 -- an entry of its own
    except BadSettings as problem:
        refuse("country_api.outbound", str(problem))
    outbound = Outbound(settings.state_dir, settings.outbound_strategy, system_clock)
    if asked.act == "decide" and settings.outbound_strategy == AUTO:
        outbound.decide()
    fits, told = outbound.report()
    sys.stdout.write(f"{told}\n")
    return 0 if fits else 1


if __name__ == "__main__":
    sys.exit(main())

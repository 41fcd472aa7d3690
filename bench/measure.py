"""Runs the generator against a shop, one measurement a process."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from bench.load.spec import Spec, Target
from bench.shop import ROOT, Shop
from common.storage.connect import connect

LONGEST_SECONDS = 300
PEOPLE_A_RUN = 100_000
TOKENS = 500
_ranges = count(10_000_000, PEOPLE_A_RUN)


class GeneratorFailed(Exception):
    """The generator ended without a result; what it said stands above."""


class Bench:
    """One shop; each run is of people whom no earlier run has used."""

    def __init__(self, name: str, shop: Shop) -> None:
        self.name = name
        self._shop = shop

    def run(self, kind: str, *, beside: "Sequence[Bench]" = (), **how: Any) -> Any:
        spec = Spec(
            kind=kind,
            target=self.target(),
            first_tg_id=next(_ranges),
            beside=[it.target() for it in beside],
            **how,
        )
        with tempfile.TemporaryDirectory(dir=self._shop.layout.folder) as folder:
            told, result = Path(folder) / "spec.json", Path(folder) / "result.json"
            spec.write(told)
            command = [sys.executable, "-m", "bench.load", str(told), str(result)]
            done = subprocess.run(command, cwd=ROOT, timeout=LONGEST_SECONDS, check=False)
            if done.returncode or not result.exists():
                raise GeneratorFailed(f"{kind} against {self.name}: exit code {done.returncode}")
            return json.loads(result.read_text())

    def tokens(self) -> list[str]:
        """Of people with access, whose subscriptions are read."""
        users = connect(self._mongo_url(), name="main")["users"]
        found = users.find({"expires_at": {"$ne": None}}, ["sub_token"], limit=TOKENS)
        return [user["sub_token"] for user in found]

    def _mongo_url(self) -> str:
        return f"embedded://{self._shop.layout.state('main')}"

    def target(self) -> Target:
        layout = self._shop.layout
        return Target(
            main_url=layout.url("main_api"),
            main_key=layout.keys["tg_bot", "main_api"],
            public_url=layout.url("main_public"),
            webhook_url=layout.url("payments_webhook"),
            wallet_secret=layout.yoomoney_secret,
            bare_url=self._shop.bare_url(),
            bare_key=self._shop.bare_key,
            mongo_url=self._mongo_url(),
            pids=self._shop.pids(),
        )

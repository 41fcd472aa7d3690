"""The files of a server that a rotation changes or looks at, each replaced whole or not at all."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

IDS = "REALITY_SHORT_IDS"
PUBLIC_KEY = "REALITY_PUBLIC_KEY"
LINE = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$")


@dataclass(frozen=True)
class Keys:
    """What the agent is told of REALITY; links give the first of `short_ids`, all are accepted."""

    short_ids: tuple[str, ...]
    public: str
    private: str


@dataclass(frozen=True)
class Files:
    """`env` holds the agent's plain settings, `private_key` a secret, `state` a rotation that is
    under way; `core_config` is the agent's, and only read.
    """

    env: Path
    private_key: Path
    state: Path
    core_config: Path

    def keys(self) -> Keys:
        """Raises OSError."""
        said = dict(LINE.findall(line)[0] for line in self._lines() if LINE.match(line))
        ids = tuple(part.strip() for part in said.get(IDS, "").split(",") if part.strip())
        return Keys(ids, said.get(PUBLIC_KEY, "").strip(), self.private_key.read_text().strip())

    def put(self, keys: Keys) -> None:
        """The secret first: until both are there the agent is not started anew."""
        write(self.private_key, f"{keys.private}\n")
        wanted = {IDS: ",".join(keys.short_ids), PUBLIC_KEY: keys.public}
        others = [it for it in self._lines() if it.partition("=")[0] not in wanted]
        lines = [*others, *(f"{name}={value}" for name, value in wanted.items())]
        write(self.env, "\n".join(lines) + "\n")

    def _lines(self) -> list[str]:
        return self.env.read_text(encoding="utf-8").splitlines()

    def in_core_config(self) -> tuple[set[str], str]:
        """The short ids and the private key with which the core would start now."""
        stream = self._inbound()["streamSettings"]["realitySettings"]
        return set(stream["shortIds"]), str(stream["privateKey"])

    def core_port(self) -> int:
        return int(self._inbound()["port"])

    def _inbound(self) -> dict[str, Any]:
        inbound: dict[str, Any] = json.loads(self.core_config.read_text())["inbounds"][0]
        return inbound


def write(file: Path, text: str) -> None:
    """For its owner alone, as the file it replaces."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(handle)
    fresh.replace(file)

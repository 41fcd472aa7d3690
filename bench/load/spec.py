"""What one run of the generator is told, as JSON on its command line's file."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Target:
    """Where a shop is and what it takes to call it. `pids` are its processes, whose CPU and memory
    are counted; `mongo_url` its database, in which an event's result is looked up.
    """

    main_url: str
    main_key: str
    public_url: str
    webhook_url: str
    wallet_secret: str
    bare_url: str
    bare_key: str
    mongo_url: str
    pids: list[int]


@dataclass(frozen=True)
class Spec:
    """`kind` names the measurement; `first_tg_id` is a range of people not used before; `beside`
    are other shops, measured in turn with the target where the measurement can.
    """

    kind: str
    target: Target
    first_tg_id: int
    users: int = 1
    rounds: int = 1
    seconds: float = 0.0
    per_second: float = 0.0
    tokens: list[str] = field(default_factory=list)
    beside: list[Target] = field(default_factory=list)

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, file: Path) -> "Spec":
        told = json.loads(file.read_text())
        targets = {
            "target": Target(**told["target"]),
            "beside": [Target(**it) for it in told["beside"]],
        }
        return cls(**(told | targets))

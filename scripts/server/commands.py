"""Runs the system's own programs."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from scripts.server.report import Failed

SECONDS = 120.0
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str = ""

    @property
    def words(self) -> str:
        return (self.out + self.err).strip()


def ask(*command: str, folder: Path | None = None, seconds: float = SECONDS, **more: str) -> Done:
    """What it says, whatever its exit code; one that cannot be run has 127. `more`: variables."""
    # the rest of the environment stays: a proxy for apt or pip stands there
    variables = [
        f"{name}={value}" for name, value in ({"LC_ALL": "C.UTF-8", "PATH": PATH} | more).items()
    ]
    try:
        done = subprocess.run(
            ["env", *variables, *command],  # noqa: S607 -- by the PATH of this process
            cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, errors="replace", timeout=seconds, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as trouble:
        return Done(127, "", f"{command[0]}: {trouble}")
    return Done(done.returncode, done.stdout, done.stderr)


def run(*command: str, folder: Path | None = None, seconds: float = SECONDS, **more: str) -> str:
    """Raises Failed with the program's own last words."""
    done = ask(*command, folder=folder, seconds=seconds, **more)
    if done.code:
        raise Failed(f"{' '.join(command[:3])}: {done.words[-1500:] or f'exit code {done.code}'}")
    return done.out


def there(name: str) -> bool:
    return shutil.which(name, path=PATH) is not None

"""Stands in for ss: remembers what it was asked, and does what the file `mood` beside it says.

Run as `python fake_ss.py FOLDER …`; FOLDER/asked has a line of JSON for each call.
"""

import json
import sys
from pathlib import Path

REFUSES = "refuses"
IDLE = "idle"
BABBLES = "babbles"


class FakeSs:
    """The test's side of it: `command` is given to the program."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.command = (sys.executable, __file__, str(folder))

    def mood(self, mood: str) -> None:
        """REFUSES: the kernel says no. IDLE: nothing is found. BABBLES: what it says is no
        text. Else a connection is ended.
        """
        new = self._folder / "new"
        new.write_text(mood)
        new.replace(self._folder / "mood")  # nobody reads it half written

    def asked(self) -> list[list[str]]:
        file = self._folder / "asked"
        lines = file.read_text().splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]


def main(folder: Path, words: list[str]) -> None:
    with (folder / "asked").open("a") as file:
        file.write(json.dumps(words) + "\n")
    mood = folder / "mood"
    told = mood.read_text() if mood.exists() else ""
    if told == REFUSES:
        sys.stderr.write("SOCK_DESTROY answers: Operation not permitted\n")
    elif told == BABBLES:
        sys.stdout.buffer.write(b"\xff\n")
    elif told != IDLE:
        sys.stdout.write("ESTAB 0 0 192.0.2.1:443 192.0.2.7:50000\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

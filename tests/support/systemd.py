"""A clock that a test sets, and a systemd that remembers what it was told."""


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Systemd:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def __call__(self, state: str) -> None:
        self.heard.append(state)

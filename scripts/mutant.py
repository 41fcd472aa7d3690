"""What one fault is: where it is put in, and which tests must find it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """`right` stands exactly once in `file`; with `wrong` in its place `tests` must fail."""

    fault: str
    file: str
    right: str
    wrong: str
    tests: str

"""The faults of `make mutants` still have a place to be put in."""

import pytest

from scripts.mutant import Mutant
from scripts.mutants import EVERYTHING, ROOT


@pytest.mark.parametrize("mutant", EVERYTHING, ids=lambda it: it.fault)
def test_what_is_right_stands_exactly_once_in_the_file(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text().count(mutant.right) == 1
    assert (ROOT / mutant.tests.partition("::")[0].split()[0]).exists()

"""Faults in how main_api compares servers with what they should hold."""

from scripts.mutant import Mutant

CENSUS = "main_api/vpn_api/census.py"
DIFFERENCES = "main_api/vpn_api/differences.py"
AGREEING = "main_api/vpn_api/agreeing.py"
READ = "tests/main_api/test_census.py"
COMPARED = "tests/main_api/test_agreement.py"
GUARDED = "tests/main_api/test_agreement_guard.py"
ROUNDS = "tests/main_api/test_agreeing.py"

AGREEMENT_MUTANTS = [
    Mutant(
        "the census believes that a change is written at the moment it notes",
        CENSUS,
        "self._read_changes(self._read_at - OVERLAP)",
        "self._read_changes(self._read_at)",
        READ,
    ),
    Mutant(
        "the census never reads everybody anew",
        CENSUS,
        "if due or self._read_at is None",
        "if self._read_at is None",
        READ,
    ),
    Mutant(
        "the census does not notice that time went backwards",
        CENSUS,
        " or now < self._read_at:",
        ":",
        READ,
    ),
    Mutant(
        "the banned have access by the census",
        "main_api/users/desired.py",
        "return None if banned or deleting or withheld else expires_at",
        "return None if deleting or withheld else expires_at",
        READ,
    ),
    Mutant(
        "who is being told is compared all the same",
        DIFFERENCES,
        "    if address in seen.pending:\n        return\n",
        "",
        COMPARED,
    ),
    Mutant(
        "an agent's list is not checked for users whose access is over",
        DIFFERENCES,
        " or user.ends <= at:",
        ":",
        GUARDED,
    ),
    Mutant(
        "an agent's list is not checked for users of other buckets",
        DIFFERENCES,
        "or bucket_of(user_id) not in buckets ",
        "",
        GUARDED,
    ),
    Mutant(
        "many may lose access unasked",
        DIFFERENCES,
        "return many or self.losing > self.ours",
        "return self.losing > self.ours",
        GUARDED,
    ),
    Mutant(
        "all of a small shop may lose access unasked",
        DIFFERENCES,
        "return many or self.losing > self.ours",
        "return many",
        GUARDED,
    ),
    Mutant(
        "who would have less time does not count as losing",
        DIFFERENCES,
        "    elif held.ends > wanted.ends_ms:\n        found.shortened.append(seen)\n",
        "",
        GUARDED,
    ),
    Mutant(
        "what is suspicious is repaired all the same",
        "main_api/vpn_api/agreement.py",
        "if force or not found.suspicious else found.losing",
        "if force or found.losing else found.losing",
        GUARDED,
    ),
    Mutant(
        "a repair does not name the revision that it was decided on",
        "main_api/vpn_api/pending_store.py",
        '{"_id": {"$in": several}, "revision": revision},\n                {"$addToSet"',
        '{"_id": {"$in": several}},\n                {"$addToSet"',
        COMPARED,
    ),
    Mutant(
        "who is not enlisted yet is compared",
        AGREEING,
        'if not known.get("enlisted"):',
        "if False:",
        ROUNDS,
    ),
    Mutant(
        "a restart of an agent brings no comparison",
        AGREEING,
        "if life and round_.lives and life not in round_.lives:",
        "if False:",
        ROUNDS,
    ),
    Mutant(
        "a repair in vain is repeated each minute",
        AGREEING,
        "pause = min(EVERY_SECONDS * 2**doublings, LONGEST_SECONDS)",
        "pause = EVERY_SECONDS",
        ROUNDS,
    ),
]

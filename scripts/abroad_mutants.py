"""Faults in what runs abroad."""

from scripts.mutant import Mutant

AGENDA = "country_api/cutting/agenda.py"
AGREEMENT = "country_api/agreement.py"
CUTTER = "country_api/cutting/cutter.py"
ENFORCE = "country_api/enforce.py"
MISSING = "country_api/missing.py"
PRESENCE = "country_api/presence.py"
SHORT_IDS = "country_api/rotation/short_ids.py"
TABLE = "common/agreement.py"
TLS = "common/tls_worker.py"

TESTS = "tests/country_api"
CUTTING = f"{TESTS}/test_cutting.py"
TROUBLE = f"{TESTS}/test_cutter_trouble.py"
OLDER_LIST = (
    f"{TESTS}/test_recovery.py"
    "::test_an_older_list_of_the_core_is_not_believed_of_one_with_whom_it_has_failed_since"
)
WRONG_COUNT = f"{TROUBLE}::test_a_wrong_count_of_the_core_cuts_a_neighbour_once_and_not_for_ever"
ROTATION = f"{TESTS}/test_rotation.py"

ABROAD_MUTANTS: list[Mutant] = [
    Mutant(
        "nobody who is gone is cut",
        ENFORCE,
        "self._cut({key: core_id for key, core_id in gone.items() if key not in failed})",
        "self._cut({})",
        CUTTING,
    ),
    Mutant(
        "whom a call that failed may have removed is not cut",
        ENFORCE,
        " | self._doubtful(known, wanted)",
        "",
        f"{TROUBLE}::test_a_removal_whose_answer_was_lost_is_cut",
    ),
    Mutant(
        "whom the core did not take in time is cut when it has taken him",
        ENFORCE,
        "return failed | unasked",
        "self._half_done.update(failed)\n        return failed | unasked",
        f"{CUTTING}::test_one_who_was_put_while_the_core_was_away_is_not_cut_when_it_is_back",
    ),
    Mutant(
        "an older list of the core is believed of one with whom it has failed",
        ENFORCE,
        "if not older and key not in self._unsettled:",
        "if not older:",
        OLDER_LIST,
    ),
    Mutant(
        "what one has begun who is let in again is cut",
        CUTTER,
        "due.keys() - self._back(due)",
        "due.keys()",
        f"{CUTTING}::test_what_one_who_is_let_in_again_has_begun_since_is_not_cut",
    ),
    Mutant(
        "whoever has any id now is left alone, whatever id has gone",
        CUTTER,
        "if it.core_id and it.core_id == live.get(key)}",
        "if key in live}",
        f"{CUTTING}::test_what_began_under_the_old_id_is_cut_though_another_is_given_out_at_once",
    ),
    Mutant(
        "a wrong count cuts the neighbours at each sweep",
        CUTTER,
        "pairs - self._swept}",
        "pairs}",
        WRONG_COUNT,
    ),
    Mutant(
        "who is connected although he was cut is not counted",
        CUTTER,
        "self._tell_uncut(len({key for key, _ in pairs & self._swept}))",
        "self._tell_uncut(0)",
        WRONG_COUNT,
    ),
    Mutant(
        "whom nobody could cut is not counted",
        CUTTER,
        "self._tell_uncut(len(strangers))",
        "self._tell_uncut(0)",
        WRONG_COUNT,
    ),
    Mutant("each is cut once", AGENDA, "ROUNDS = 2", "ROUNDS = 1", f"{TESTS}/test_agenda.py"),
    Mutant(
        "what fails is tried for ever",
        AGENDA,
        "tries=entry.tries - 1",
        "tries=entry.tries",
        f"{TESTS}/test_agenda.py",
    ),
    Mutant(
        "the id that has gone last stands for all that have gone",
        AGENDA,
        "Entry(now, core_id if same else None)",
        "Entry(now, core_id)",
        f"{TESTS}/test_agenda.py",
    ),
    Mutant(
        "the words of ss are not read",
        "country_api/cutting/sockets.py",
        "_judge(ended.returncode, ended.stderr)",
        '_judge(ended.returncode, "")',
        f"{TESTS}/test_sockets.py",
    ),
    Mutant(
        "the digest of a user leaves his end out",
        TABLE,
        "{key}|{core_id}|{ends_ms}",
        "{key}|{core_id}",
        "tests/common/test_agreement.py",
    ),
    Mutant(
        "a bucket does not tell how many it has",
        TABLE,
        "+ count.to_bytes(_COUNT)",
        "+ bytes(_COUNT)",
        "tests/common/test_agreement.py",
    ),
    Mutant(
        "a change by another process is not seen",
        AGREEMENT,
        "if version != self._seen:",
        "if self._seen is None or version[0] != self._seen[0]:",
        f"{TESTS}/test_agreement.py",
    ),
    Mutant(
        "who has no access any more is compared",
        AGREEMENT,
        "for user_id, ends, told in rows if ends > at)",
        "for user_id, ends, told in rows if ends)",
        f"{TESTS}/test_agreement.py",
    ),
    Mutant(
        "users of all buckets are told",
        AGREEMENT,
        "if ends > asked.at and bucket_of(_user_id(key)) in wanted",
        "if ends > asked.at",
        f"{TESTS}/test_agreement.py",
    ),
    Mutant(
        "a rotation drops the old short id at its beginning",
        SHORT_IDS,
        "with_ids(keys, *under.old, under.new)",
        "with_ids(keys, under.new)",
        ROTATION,
    ),
    Mutant(
        "a rotation is finished before its time",
        SHORT_IDS,
        "if self._clock() < due and not force:",
        "if self._clock() < under.since and not force:",
        ROTATION,
    ),
    Mutant(
        "keys that do not work stay",
        "country_api/rotation/switching.py",
        "self._back(trouble, lambda: self._go_to(before))",
        "self._back(trouble, lambda: None)",
        ROTATION,
    ),
    Mutant(
        "an old id in the core's file counts as the present one",
        PRESENCE,
        "return found == user.core_id if user else found is not None",
        "return found is not None",
        f"{TESTS}/test_presence.py",
    ),
    Mutant(
        "another id in the core counts as the present one",
        PRESENCE,
        "return held == user.core_id if user else held is not None",
        "return held is not None",
        f"{TESTS}/test_presence.py",
    ),
    Mutant(
        "who has no access any more is desired",
        PRESENCE,
        "user.active and user.expires_at > self._clock()",
        "user.active",
        f"{TESTS}/test_presence.py",
    ),
    Mutant(
        "a core that was not compared yet misses nobody",
        MISSING,
        "compared = core_running and self._enforcer.in_order",
        "compared = core_running",
        f"{TESTS}/test_missing.py",
    ),
    Mutant(
        "each look begins the time anew for which somebody is missing",
        MISSING,
        "self._since.get(key, moment)",
        "moment",
        f"{TESTS}/test_missing.py",
    ),
    Mutant(
        "a flood puts out whoever came first",
        TLS,
        "next(it for it in crowd if it.stage == crowded)",
        "crowd[0]",
        f"{TESTS}/test_flood.py",
    ),
    Mutant(
        "a flood puts out who comes from a known one's address",
        TLS,
        "[it for it in self._newcomers if (it.client[0] in self._trusted) is trusted]",
        "list(self._newcomers)",
        f"{TESTS}/test_flood.py",
    ),
    Mutant(
        "a flood from a known one's address keeps him out",
        TLS,
        "for trusted in (False, True):",
        "for trusted in (False,):",
        f"{TESTS}/test_flood.py",
    ),
    Mutant(
        "a running core is not told of the server's new addresses",
        "country_api/keeper.py",
        "        self._walls.shut()\n",
        "",
        f"{TESTS}/test_own_walls.py",
    ),
    Mutant(
        "the core's file does not get the server's new addresses",
        "country_api/own_walls.py",
        "            self._file.shut(own)\n",
        "",
        f"{TESTS}/test_own_walls.py",
    ),
    Mutant(
        "who was online without a byte has connected",
        "main_api/traffic/first_seen.py",
        "if row.up or row.down",
        "if row.key",
        "tests/main_api/traffic/test_first_seen.py",
    ),
]

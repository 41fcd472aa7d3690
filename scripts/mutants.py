"""Puts faults in one at a time, in a copy of the tree; each must turn a named test red."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from scripts.abroad_mutants import ABROAD_MUTANTS
from scripts.agreement_mutants import AGREEMENT_MUTANTS
from scripts.mutant import Mutant
from scripts.watch_mutants import WATCH_MUTANTS
from scripts.withholding_mutants import WITHHOLDING_MUTANTS

ROOT = Path(__file__).resolve().parent.parent
TEST_SECONDS = 180


MUTANTS = [
    Mutant(
        "YooMoney's signature is not checked",
        "payments_webhook/providers/yoomoney_sign.py",
        "return hmac.compare_digest(signature(parameters, secret).encode(), given.encode())",
        "return bool(given)",
        "tests/payments_webhook/test_yoomoney_sign.py",
    ),
    Mutant(
        "blank fields are left out of the signature",
        "payments_webhook/providers/yoomoney_sign.py",
        'names = sorted(name for name in parameters if name != "sign")',
        'names = sorted(name for name in parameters if name != "sign" and parameters[name])',
        "tests/payments_webhook/test_yoomoney_sign.py",
    ),
    Mutant(
        "the sum is not compared with the price",
        "main_api/payments/deciding.py",
        "if fact.paid_kopecks < order.amount_kopecks:",
        "if fact.paid_kopecks < 0:",
        "tests/main_api/payments/test_money.py",
    ),
    Mutant(
        "the currency is not compared",
        "main_api/payments/deciding.py",
        "if fact.currency != order.currency:",
        "if not fact.currency:",
        "tests/main_api/payments/test_money.py",
    ),
    Mutant(
        "the guard by applied order ids is off",
        "main_api/access/service.py",
        "        if key in user.applied:\n            return None\n"
        "        now = self._clock()\n        end = self._extended(",
        "        now = self._clock()\n        end = self._extended(",
        "tests/main_api/test_access.py",
    ),
    Mutant(
        "a lost race is not noticed: the update does not name the revision it saw",
        "main_api/access/changes.py",
        '{"_id": seen.user_id, "revision": seen.revision, "deleting": False}',
        '{"_id": seen.user_id, "deleting": False}',
        "tests/main_api/test_access.py",
    ),
    Mutant(
        "a paid month is the calendar's, though February has 28 days",
        "main_api/access/calendar.py",
        "return max(by_calendar, by_days)",
        "return by_calendar",
        "tests/main_api/test_calendar.py",
    ),
    Mutant(
        "one server is not told",
        "main_api/vpn_api/fan_out.py",
        "for server in self._servers.callable()\n",
        "for server in self._servers.callable()[1:]\n",
        "tests/main_api/test_access.py",
    ),
    Mutant(
        "a server that has another revision is taken off the pending list all the same",
        "main_api/vpn_api/telling.py",
        "return held == user.revision",
        "return True",
        "tests/main_api/test_servers.py",
    ),
    Mutant(
        "expiry is not enforced by the agent",
        "country_api/store.py",
        "FROM users WHERE active AND expires_ms > ?",
        "FROM users WHERE active AND ? > 0",
        "tests/country_api/test_expiry.py",
    ),
    Mutant(
        "a stale push wins over a newer one",
        "country_api/store.py",
        "WHERE excluded.revision >= users.revision",
        "WHERE true",
        "tests/country_api/test_serving.py",
    ),
    Mutant(
        "private addresses can be reached through the tunnel",
        "country_api/core/rules.py",
        'rules.append({"ip": forbidden(own), "outboundTag": BLOCK})',
        'rules.append({"ip": ["192.0.2.0/24"], "outboundTag": BLOCK})',
        "tests/country_api/test_walls.py",
    ),
    Mutant(
        "the inbox answers before its row is on the disk",
        "payments_webhook/database.py",
        "PRAGMA synchronous=FULL",
        "PRAGMA synchronous=OFF",
        "tests/payments_webhook/test_inbox.py",
    ),
    Mutant(
        "a message whose fate is unknown is sent again",
        "notify_service/outcomes.py",
        "if outcome in HOLD_SECONDS:",
        "if outcome in HOLD_SECONDS or outcome is Outcome.UNKNOWN:",
        "tests/notify_service/test_trouble.py",
    ),
    Mutant(
        "the token's request is not compared with the one that came",
        "common/service_auth/__init__.py",
        'if not hmac.compare_digest(str(claims["req"]), fingerprint(method, path, body)):',
        'if not claims["req"]:',
        "tests/common/test_service_calls.py",
    ),
    Mutant(
        "a token can be used twice",
        "common/used_tokens.py",
        "if self._is_used(own + place, known, now):",
        "if not token_id:",
        "tests/common/test_service_calls.py",
    ),
    Mutant(
        "a gift under way is not called off by a refund",
        "main_api/referrals/rewards.py",
        "            self._access.forgo(invited.inviter_id, key)\n",
        "",
        "tests/main_api/payments/test_referral_races.py",
    ),
    Mutant(
        "every payment of a friend is a first one",
        "main_api/referrals/service.py",
        "[State.INVITED], State.OWED",
        "list(State), State.OWED",
        "tests/main_api/payments/test_referral_rewards.py",
    ),
]


EVERYTHING = [
    *MUTANTS,
    *ABROAD_MUTANTS,
    *AGREEMENT_MUTANTS,
    *WATCH_MUTANTS,
    *WITHHOLDING_MUTANTS,
]


def copied_tree() -> Path:
    """The tracked and the new files of the tree, elsewhere; the virtual environment is shared."""
    folder = Path(tempfile.mkdtemp(prefix="mutants-"))
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for shared in (".venv", ".runtime"):
        (folder / shared).symlink_to(ROOT / shared)
    return folder


def red(folder: Path, tests: str) -> str:
    """The first test that fails, or nothing when all pass."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
    try:
        done = subprocess.run(
            [*command, tests],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=TEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "a test that hangs"
    if done.returncode == 0:
        return ""
    told = ("FAILED tests", "ERROR tests")
    failed = [line for line in done.stdout.splitlines() if line.startswith(told)]
    return failed[0].split(" - ")[0] if failed else "the test run itself"


def tried(folder: Path, mutant: Mutant) -> str:
    """What turned red; raises SystemExit when the code is no longer as the fault expects."""
    file = folder / mutant.file
    text = file.read_text()
    if text.count(mutant.right) != 1:
        sys.exit(f"mutants: {mutant.file} has changed; renew the fault {mutant.fault!r}")
    file.write_text(text.replace(mutant.right, mutant.wrong))
    try:
        return red(folder, mutant.tests)
    finally:
        file.write_text(text)


def healthy(folder: Path, rooms: Iterable[str]) -> bool:
    """A test that fails without any fault would find every fault."""
    sick = [f"{room}: {failed}" for room in rooms if (failed := red(folder, room))]
    for told in sick:
        print(f"mutants: red without a fault, {told}")
    return not sick


def main() -> int:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [it for it in EVERYTHING if wanted in it.fault or wanted in it.file]
    folder = copied_tree()
    began = time.monotonic()
    survivors = 0
    try:
        if not healthy(folder, sorted({mutant.tests for mutant in chosen})):
            return 1
        for number, mutant in enumerate(chosen, 1):
            found = tried(folder, mutant)
            survivors += not found
            print(f"{number:2}. {mutant.fault}: {found or 'SURVIVED'}", flush=True)
    finally:
        shutil.rmtree(folder)
    killed = len(chosen) - survivors
    print(f"mutants: {killed} of {len(chosen)} found in {time.monotonic() - began:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m main_api.servers`: what the operator does with the list, and what it tells him."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from main_api.servers import commands
from main_api.servers.bars import Lines
from main_api.servers.commands import Desk
from main_api.servers.files import CannotWrite, ServerFiles
from main_api.servers.filling import Filling, NotFilled
from main_api.servers.line import BadLine, NewServer, parsed
from main_api.servers.probing import Unfit
from main_api.vpn_api.secrets_file import read_secrets
from models.countries import read_countries
from tests.support import fake_country
from tests.support.shop import COUNTRIES, FINLAND, FRANCE, GERMANY, Shop
from tests.support.waiting import wait_until

FINGERPRINT = "ab" * 32
NEW = NewServer(FRANCE, FINGERPRINT, fake_country.KEY)


class Office:
    """A shop, the operator's desk in it, what he was told, and the jobs process."""

    def __init__(self, folder: Path) -> None:
        self.secrets = folder / "secrets.json"
        known = {at: {"key": fake_country.KEY, "fingerprint": FINGERPRINT} for at in known_at()}
        self.secrets.write_text(json.dumps(known))
        self.secrets.chmod(0o640)
        self.shop = Shop(folder, servers_secrets={}, servers_secrets_file=self.secrets)
        self.told: list[str] = []
        self.countries = self.shop.settings.countries_file
        files = ServerFiles(self.countries, self.secrets)
        self.desk = Desk(
            files, lambda: self.shop.deps.vpn, self.shop.clock, self.told.append, self.shop.session
        )
        self._ended = threading.Event()
        self._jobs = threading.Thread(target=self._work)

    def work(self) -> None:
        self._jobs.start()

    def _work(self) -> None:
        while not self._ended.wait(0.02):
            self.shop.enlist()
            self.shop.heal()

    def close(self) -> None:
        self._ended.set()
        if self._jobs.ident is not None:
            self._jobs.join()
        self.shop.close()

    def add(self, country: str = "france", server: NewServer = NEW) -> int:
        return commands.add(self.desk, country, server, Lines(self.told.append))


def known_at() -> tuple[str, str]:
    return FINLAND, GERMANY


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.close()


def test_a_server_that_is_added_has_all_users_when_the_command_ends(office: Office) -> None:
    people = [office.shop.register(n).user_id for n in range(1, 40)]
    for user_id in people:
        office.shop.grant(user_id, "a", days=30)
    office.work()

    assert office.add() == 0

    assert all(office.shop.countries[FRANCE].holds(user_id) for user_id in people)
    assert read_countries(office.countries) == COUNTRIES | {"france": [FRANCE]}
    assert read_secrets(office.secrets)[FRANCE].key == fake_country.KEY
    assert office.told[-1] == "done: everybody who has access is at fr.test:8443"
    assert not any(fake_country.KEY in line for line in office.told)


def test_adding_the_same_server_again_changes_no_list(office: Office) -> None:
    office.work()
    office.add()
    before = office.countries.read_text(), office.secrets.read_text()

    assert office.add() == 0

    assert (office.countries.read_text(), office.secrets.read_text()) == before


def test_a_server_installed_anew_is_filled_again_when_it_is_added_again(office: Office) -> None:
    user_id = office.shop.register().user_id
    office.shop.grant(user_id, "a", days=30)
    office.work()
    office.add()
    office.shop.countries[FRANCE].users.clear()

    assert office.add() == 0

    assert office.shop.countries[FRANCE].holds(user_id)


def test_the_files_keep_their_mode_and_stay_readable_for_a_person(office: Office) -> None:
    office.work()
    office.add()

    assert office.secrets.stat().st_mode & 0o777 == 0o640
    assert '  "france": ["fr.test:8443"]' in office.countries.read_text().splitlines()


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (lambda server: setattr(server.wire, "down", True), "is it up"),
        (lambda server: server.description.update(host="elsewhere.test"), "--address"),
        (lambda server: server.description.update(port="no port"), "something else"),
    ],
)
def test_a_server_that_would_not_do_is_not_listed(
    office: Office, break_it: object, told: str
) -> None:
    assert callable(break_it)
    break_it(office.shop.countries[FRANCE])
    before = office.countries.read_text(), office.secrets.read_text()

    with pytest.raises(Unfit, match=told):
        office.add()

    assert (office.countries.read_text(), office.secrets.read_text()) == before


def test_a_server_that_does_not_take_the_key_is_not_listed(office: Office) -> None:
    wrong = NewServer(FRANCE, FINGERPRINT, "wrong-key-" + "w" * 32)

    with pytest.raises(Unfit, match=r"does not take this key"):
        office.add(server=wrong)

    assert "france" not in read_countries(office.countries)


def test_a_server_of_one_country_cannot_be_listed_under_another(office: Office) -> None:
    with pytest.raises(BadLine, match="finland already"):
        office.add("france", NewServer(FINLAND, FINGERPRINT, fake_country.KEY))


def test_files_that_cannot_be_changed_are_told_before_anything_is_asked(office: Office) -> None:
    gone = ServerFiles(office.countries, office.secrets.with_name("nowhere.json"))

    with pytest.raises(CannotWrite, match=r"nowhere.json cannot be changed"):
        gone.check_writable()


def test_without_a_jobs_process_it_is_said_who_has_to_be_started(office: Office) -> None:
    vpn = office.shop.deps.vpn
    office.desk.files.add("france", NEW)
    filling = Filling(vpn.store, vpn.waiting, noticed_seconds=0.2)

    with pytest.raises(NotFilled, match="systemctl start keyland-main-jobs"):
        filling.watch(FRANCE, Lines(office.told.append))


def test_a_filling_that_stands_still_ends_with_how_many_are_missing(office: Office) -> None:
    vpn, user_id = office.shop.deps.vpn, office.shop.register().user_id
    office.shop.grant(user_id, "a", days=30)
    office.desk.files.add("france", NEW)
    office.shop.countries[FRANCE].wire.down = True
    office.shop.enlist()
    filling = Filling(vpn.store, vpn.waiting, standstill_seconds=0.2)

    with pytest.raises(NotFilled, match="1 users are not there yet"):
        filling.watch(FRANCE, Lines(office.told.append))


def test_a_server_that_is_removed_leaves_both_files_and_the_jobs_forget_it(office: Office) -> None:
    office.work()
    wait_until(lambda: bool(office.shop.deps.vpn.store.all().get(FINLAND, {}).get("enlisted")))

    assert commands.remove(office.desk, FINLAND) == 0

    assert read_countries(office.countries) == {"germany": [GERMANY]}
    assert set(read_secrets(office.secrets)) == {GERMANY}
    assert not office.shop.deps.vpn.store.all()[FINLAND]["enlisted"]
    with pytest.raises(BadLine, match="is not listed"):
        commands.remove(office.desk, FINLAND)


def test_checking_names_the_server_that_does_not_answer(office: Office) -> None:
    assert commands.check(office.desk) == 0
    office.shop.finland.wire.down = True

    assert commands.check(office.desk) == 1

    wrong = [line for line in office.told if line.startswith("WRONG")]
    assert len(wrong) == 1
    assert FINLAND in wrong[0]


def test_the_list_names_every_server_and_who_waits(office: Office) -> None:
    office.shop.finland.wire.down = True
    office.shop.grant(office.shop.register().user_id, "a", days=3)

    commands.show(office.desk)

    assert [line.split()[:2] for line in office.told] == [
        ["finland", FINLAND],
        ["germany", GERMANY],
    ]
    assert "1 users still to be brought" in office.told[0]
    assert "0 users still to be brought" in office.told[1]


@pytest.mark.parametrize(
    "text",
    ["", "1.2.3.4:8443", "1.2.3.4 x y", f"1.2.3.4:99999 {FINGERPRINT} {'k' * 32}",
     f"1.2.3.4:8443 {FINGERPRINT[1:]} {'k' * 32}", f"1.2.3.4:8443 {FINGERPRINT} short-key"],
)  # fmt: skip
def test_a_line_that_was_not_copied_whole_is_refused_without_showing_the_key(text: str) -> None:
    with pytest.raises(BadLine) as told:
        parsed(text)

    assert not any(word in str(told.value) for word in ("short-key", "k" * 32))


def test_a_line_may_have_an_ipv6_address_and_a_fingerprint_with_colons() -> None:
    colons = ":".join(["AB"] * 32)

    server = parsed(f" [2001:db8::1]:8443  {colons} {'k' * 40}\n")

    assert server == NewServer("[2001:db8::1]:8443", FINGERPRINT, "k" * 40)


def test_checking_finds_a_server_that_holds_other_users_than_it_should(office: Office) -> None:
    user_id = office.shop.register().user_id
    office.shop.grant(user_id, "a", days=3)
    assert commands.check(office.desk) == 0
    del office.shop.finland.users[f"u{user_id}"]

    assert commands.check(office.desk) == 1

    [wrong] = [line for line in office.told if line.startswith("WRONG")]
    assert f"{FINLAND} lacks 1 users" in wrong

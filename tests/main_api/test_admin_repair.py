"""An admin's act that is cut off anywhere is finished by the next press, and done once."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from common.errors import Unavailable
from common.storage.protocol import Database
from main_api.access.changes import AccessChanges
from main_api.access.service import AccessService
from main_api.admin.acts import AdminActs
from main_api.audit import Audit
from main_api.users.store import UserStore
from models.admin import Act, ActDone, AddTime, AuditLine, Ban, Noted
from tests.support.interrupted import Interrupted, Killed
from tests.support.shop import Shop

ADMIN = 777


def acts_on(shop: Shop, db: Database) -> AdminActs:
    users, push = UserStore(db), shop.deps.vpn.fan_out.push
    changes = AccessChanges(db, users, shop.deps.vpn.servers.addresses)
    access = AccessService(changes, push, shop.clock, trial_days=3, max_access_days=1100)
    return AdminActs(users, changes, access, push, Audit(db, shop.clock))


def line_of(shop: Shop, user_id: int) -> AuditLine:
    (line,) = shop.bot.audit_of(user_id).lines
    return line


def add_three_days(acts: AdminActs, user_id: int) -> ActDone:
    return acts.add_time(user_id, AddTime(admin_id=ADMIN, key="press", days=3), "tg_bot")


def cut_off(shop: Shop, act: Callable[[AdminActs], ActDone], at: int, *, after: bool) -> bool:
    """False when the act ended before that write."""
    try:
        act(acts_on(shop, Interrupted(shop.deps.db, at, after=after)))
    except Killed:
        return True
    return False


@pytest.mark.parametrize("after", [False, True])
def test_a_kill_at_any_write_of_an_act_leaves_one_that_the_next_press_finishes(
    shop: Shop, *, after: bool
) -> None:
    step, killed = 0, True
    while killed:
        step += 1
        user_id = shop.register(1000 + step).user_id
        killed = cut_off(shop, lambda acts: add_three_days(acts, user_id), step, after=after)  # noqa: B023 -- called at once
        granted = shop.record(user_id).expires_at is not None
        if not killed:
            break
        done = shop.bot.add_time(user_id, AddTime(admin_id=ADMIN, key="press", days=3))
        shop.heal()

        assert done.repeated == granted, step
        user = shop.record(user_id)
        end = shop.clock.now + timedelta(days=3)
        assert user.expires_at == done.after == end, step
        assert (user.added, user.pending) == ({"admin:press": 3 * 86400}, []), step
        line = line_of(shop, user_id)
        assert line.done, step
        assert line.before == {"expires_at": None}, step
        assert line.after == {"months": 0, "days": 3, "expires_at": end.isoformat()}
    assert step == 4  # the line, the user, the line done: each was a kill


def test_between_the_line_and_the_change_the_audit_shows_an_act_that_was_not_done(
    shop: Shop,
) -> None:
    user_id = shop.register().user_id
    assert cut_off(shop, lambda acts: add_three_days(acts, user_id), 1, after=True)

    line = line_of(shop, user_id)
    assert (line.action, line.admin_id, line.done) == ("add_time", ADMIN, False)
    assert shop.record(user_id).expires_at is None


@pytest.mark.parametrize("banned", [True, False])
def test_a_kill_within_a_ban_is_finished_by_the_next_press(shop: Shop, *, banned: bool) -> None:
    for step in (1, 2, 3):
        user_id = shop.register(2000 + step).user_id
        shop.grant(user_id, "paid", days=30)
        shop.bot.ban(user_id, Ban(admin_id=ADMIN, key="before", banned=not banned))
        ban = Ban(admin_id=ADMIN, key="press", banned=banned)
        assert cut_off(shop, lambda acts: acts.ban(user_id, ban, "tg_bot"), step, after=False)  # noqa: B023 -- called at once

        assert shop.bot.ban(user_id, ban).user.banned == banned
        shop.heal()
        assert (shop.finland.holds(user_id) is None) == banned
        assert all(line.done for line in shop.bot.audit_of(user_id).lines)


def test_a_kill_after_a_new_link_does_not_change_it_once_more(shop: Shop) -> None:
    user_id = shop.register().user_id
    act = Act(admin_id=ADMIN, key="press")
    assert cut_off(shop, lambda acts: acts.new_link(user_id, act, "tg_bot"), 2, after=True)
    token = shop.record(user_id).sub_token

    assert shop.bot.new_link(user_id, act).repeated
    assert shop.record(user_id).sub_token == token
    assert line_of(shop, user_id).done


def test_a_change_by_somebody_else_in_between_is_what_the_line_tells_of(shop: Shop) -> None:
    """The first line foresaw another end than the one that the time was added to."""
    user_id = shop.register().user_id

    def rival() -> None:
        shop.deps.access.grant(user_id, "paid", days=30, paid=True, enforce_maximum=False)

    done = add_three_days(acts_on(shop, Interrupted(shop.deps.db, 2, rival)), user_id)

    before = shop.clock.now + timedelta(days=30)
    assert (done.before, done.after) == (before, before + timedelta(days=3))
    line = line_of(shop, user_id)
    assert line.before == {"expires_at": before.isoformat()}
    assert line.after["expires_at"] == (before + timedelta(days=3)).isoformat()


def test_a_kill_after_such_a_race_leaves_the_true_before_and_after(shop: Shop) -> None:
    user_id = shop.register().user_id

    def rival() -> None:
        shop.deps.access.grant(user_id, "paid", days=30, paid=True, enforce_maximum=False)

    # the line, the user (lost), the line (there already, so it is changed), the user, the kill
    db = Interrupted(Interrupted(shop.deps.db, 2, rival), 5, after=True)
    with pytest.raises(Killed):
        add_three_days(acts_on(shop, db), user_id)
    assert line_of(shop, user_id).done is False
    assert shop.bot.add_time(user_id, AddTime(admin_id=ADMIN, key="press", days=3)).repeated

    before = shop.clock.now + timedelta(days=30)
    assert line_of(shop, user_id).before == {"expires_at": before.isoformat()}
    assert line_of(shop, user_id).done
    assert shop.record(user_id).expires_at == before + timedelta(days=3)


def test_without_a_list_of_servers_nothing_is_done_and_the_line_says_so(shop: Shop) -> None:
    user_id = shop.register().user_id
    shop.settings.countries_file.unlink()
    shop.start()
    with pytest.raises(Unavailable):
        shop.bot.add_time(user_id, AddTime(admin_id=ADMIN, key="press", days=3))
    assert line_of(shop, user_id).done is False

    shop.write_countries("{}")
    assert (
        shop.bot.add_time(user_id, AddTime(admin_id=ADMIN, key="press", days=3)).repeated is False
    )
    assert line_of(shop, user_id).done


def test_an_act_whose_answer_was_lost_is_told_as_done_when_it_is_asked_again(shop: Shop) -> None:
    user_id = shop.register().user_id
    acts = acts_on(shop, shop.deps.db)
    first = add_three_days(acts, user_id)

    again = add_three_days(acts, user_id)
    assert (again.repeated, again.before, again.after) == (True, None, first.after)


def test_a_note_that_was_cut_off_is_written_by_the_next_press(shop: Shop) -> None:
    user_id = shop.register().user_id
    act = Noted(admin_id=ADMIN, key="press", action="message")
    assert cut_off(shop, lambda acts: acts.note(user_id, act, "tg_bot"), 1, after=False)

    assert shop.bot.note(user_id, act).repeated is False
    assert shop.bot.note(user_id, act).repeated is True
    assert line_of(shop, user_id).done


def test_who_is_removed_leaves_lines_that_say_nothing_of_the_person(shop: Shop) -> None:
    user_id = shop.register(98472894, username="canary").user_id
    details: dict[str, str | int] = {"text": "dear canary", "parts": 1}
    shop.bot.note(user_id, Noted(admin_id=ADMIN, key="n", action="message", details=details))
    shop.bot.ban(user_id, Ban(admin_id=ADMIN, key="b", banned=True))
    shop.deps.removal.remove(user_id)
    shop.deps.removal.tick()

    lines = shop.bot.audit_of(user_id).lines
    assert sorted(line.action for line in lines) == ["ban", "message"]
    stored = str(list(shop.deps.db["audit"].find({})))
    assert "canary" not in stored
    assert "98472894" not in stored

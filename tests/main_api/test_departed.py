"""What is kept and what is dropped of who leaves, at the edges."""

from main_api.mongo_api.collections import REFERRAL_CODES, SECRETS
from main_api.removal.leaving import LeavingStore
from main_api.users.departed import Departed, DepartedStore
from tests.support.interrupted import Interrupted
from tests.support.shop import FINLAND, FRANCE, Shop

TG = 98472894


def test_two_processes_that_make_the_key_at_once_use_the_same(shop: Shop) -> None:
    db, left = shop.deps.db, Departed(True, False, False, shop.clock())  # noqa: FBT003 -- a record
    rival = DepartedStore(db)
    slow = DepartedStore(Interrupted(db, 1, lambda: rival.note(TG + 1, left)))

    slow.note(TG, left)

    assert db[SECRETS].count_documents({}) == 1
    assert DepartedStore(db).find(TG) == DepartedStore(db).find(TG + 1) == left
    assert DepartedStore(db).find(TG + 2) is None


def test_the_invitation_link_goes_with_the_person(shop: Shop) -> None:
    user_id = shop.register(TG).user_id
    link = shop.bot.referrals(user_id).link
    assert shop.deps.db[REFERRAL_CODES].count_documents({}) == 1

    shop.deps.removal.remove(user_id)

    assert shop.deps.db[REFERRAL_CODES].count_documents({}) == 0
    invited = shop.register(TG + 1, referral_payload=link.partition("start=")[2])
    assert shop.record(invited.user_id).invited_by is None


def test_a_server_that_joins_between_the_look_and_the_end_keeps_the_record(shop: Shop) -> None:
    user_id = shop.register(TG).user_id
    shop.grant(user_id, "a", days=30)
    shop.finland.wire.down = True
    assert shop.deps.removal.remove(user_id).pending == [FINLAND]
    store = LeavingStore(shop.deps.db)
    seen = store.get(user_id)
    assert seen is not None

    shop.deps.vpn.pending.enlist(FRANCE, active_since=None)

    assert not store.erase(seen)
    still = store.get(user_id)
    assert still is not None
    assert FRANCE in still.pending

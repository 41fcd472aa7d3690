"""A customer's own wish to be forgotten, and what is remembered when he comes back."""

import pytest

from common.errors import Conflict, Forbidden, NotFound
from main_api.mongo_api.collections import DEPARTED, ORDERS, SECRETS, USERS
from models.codes import Code, NoticeKind
from models.users import RegisterRequest, User
from tests.support.till import OWNER, Till, fact_of

TG = 98472894


def come_back(till: Till) -> User:
    return till.bot.register(RegisterRequest(telegram_id=TG, referral_payload="ref_someone"))


def test_it_is_done_at_once_and_the_orders_stay_without_a_name(till: Till) -> None:
    order = till.order()
    assert till.pay(order.payment_id) == "granted"

    assert till.bot.delete_me(till.user_id).done

    assert till.finland.holds(till.user_id) is None
    assert till.deps.db[USERS].count_documents({}) == 0
    assert till.status(order.payment_id) == "granted"
    assert till.notify.forgotten == [TG]
    kept = [dict(it) for name in (ORDERS, "payment_facts") for it in till.deps.db[name].find({})]
    assert len(kept) == 2
    assert str(TG) not in str(kept)
    assert "anna" not in str(kept)
    with pytest.raises(NotFound):
        till.bot.delete_me(till.user_id)


def test_while_a_payment_is_just_being_taken_nothing_is_deleted(till: Till) -> None:
    order = till.order()
    till.deps.db["payment_facts"].insert_one(
        {"_id": "yoomoney:succeeded:op-1", **fact_of(order.payment_id).model_dump(mode="json")}
        | {"outcome": None}
    )

    with pytest.raises(Conflict) as refused:
        till.bot.delete_me(till.user_id)

    assert refused.value.code == Code.PAYMENT_IN_WORK
    assert till.record(till.user_id).username == "anna"


def test_money_that_comes_after_all_is_told_to_the_owner(till: Till) -> None:
    order = till.order()
    till.bot.delete_me(till.user_id)

    assert till.pay(order.payment_id) == "ignored"

    (alert,) = till.said(NoticeKind.OWNER_ALERT)
    assert alert.telegram_id == OWNER
    assert "gone" in str(alert.params["text"])


def test_the_trial_is_not_given_again_to_who_left_after_it(till: Till) -> None:
    till.bot.take_trial(till.user_id)
    till.bot.delete_me(till.user_id)

    again = come_back(till)

    assert again.user_id != till.user_id
    assert again.expires_at is None
    with pytest.raises(Conflict) as refused:
        till.bot.take_trial(again.user_id)
    assert refused.value.code == Code.TRIAL_TAKEN
    till.bot.delete_me(again.user_id)
    with pytest.raises(Conflict):
        till.bot.take_trial(come_back(till).user_id)


def test_who_left_before_the_trial_may_still_take_it(till: Till) -> None:
    till.bot.delete_me(till.user_id)

    again = come_back(till)

    assert till.bot.take_trial(again.user_id).expires_at is not None
    assert till.record(again.user_id).referral_payload is None


def test_who_had_paid_gets_no_trial_either(till: Till) -> None:
    till.pay(till.order().payment_id)
    till.bot.delete_me(till.user_id)

    with pytest.raises(Conflict):
        till.bot.take_trial(come_back(till).user_id)


def test_a_ban_survives_a_deletion(till: Till) -> None:
    till.deps.db[USERS].update_one({"_id": till.user_id}, {"$set": {"banned": True}})
    till.deps.removal.remove(till.user_id)

    again = come_back(till)

    assert again.banned
    with pytest.raises(Forbidden):
        till.bot.take_trial(again.user_id)


def test_a_stranger_is_new(till: Till) -> None:
    till.bot.take_trial(till.user_id)
    till.bot.delete_me(till.user_id)

    other = till.bot.register(RegisterRequest(telegram_id=TG + 1, referral_payload="ref_someone"))

    assert till.bot.take_trial(other.user_id).expires_at is not None
    assert till.record(other.user_id).referral_payload == "ref_someone"


def test_what_is_remembered_is_a_digest_under_one_key_for_all_processes(till: Till) -> None:
    till.bot.delete_me(till.user_id)
    till.start()
    till.bot.delete_me(till.register(TG + 1).user_id)

    digests = [document["_id"] for document in till.deps.db[DEPARTED].find({})]
    assert len(digests) == 2
    assert all(len(digest) == 64 and str(TG) not in digest for digest in digests)
    (secret,) = till.deps.db[SECRETS].find({})
    assert len(secret["value"]) == 32

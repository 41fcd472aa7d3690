"""The catalogue: seeded once, in two languages, changed by the operator alone."""

from tests.support.till import Till


def test_a_new_shop_sells_one_three_six_and_twelve_months(till: Till) -> None:
    tariffs = till.bot.tariffs("ru").tariffs

    assert [tariff.months for tariff in tariffs] == [1, 3, 6, 12]
    assert [tariff.price for tariff in tariffs] == ["199.00", "549.00", "999.00", "1799.00"]
    assert (tariffs[0].id, tariffs[0].slug, tariffs[0].duration_days) == ("m1", "monthly_pro", 30)
    assert tariffs[0].server_locations == ["finland", "germany"]


def test_names_come_in_the_language_asked_for(till: Till) -> None:
    assert till.bot.tariffs("en").tariffs[1].name == "3 months"
    assert till.bot.tariffs("ru").tariffs[1].name == "3 месяца"


def test_the_operators_changes_survive_a_restart(disk_till: Till) -> None:
    disk_till.bot.tariffs("ru")
    tariffs = disk_till.deps.db["tariffs"]
    tariffs.update_one({"_id": "m1"}, {"$set": {"price_kopecks": 250_00}})
    tariffs.update_one({"_id": "m6"}, {"$set": {"is_active": False}})

    disk_till.start()

    shown = disk_till.bot.tariffs("ru").tariffs
    assert [tariff.id for tariff in shown] == ["m1", "m3", "m12"]
    assert shown[0].price == "250.00"


def test_a_tariff_is_found_by_its_slug_too(till: Till) -> None:
    assert till.bot.payment(till.order("yearly_pro").payment_id).tariff_id == "m12"


def test_prices_are_told_while_the_list_of_servers_cannot_be_read(till: Till) -> None:
    till.settings.countries_file.unlink()
    till.start()

    assert till.bot.tariffs("ru").tariffs[0].server_locations == []

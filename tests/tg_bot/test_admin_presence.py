"""The admin's card tells where a user stands by the servers' own word, and waits for none away."""

from datetime import timedelta

from models.presence import PlacePresence, Presence, UserPresence, Verdict
from tests.support.clock import FakeClock
from tests.support.fake_admin_api import FakeAdminApi
from tests.tg_bot.people import Someone
from tests.tg_bot.people import admin_key as key
from tg_bot.admin.names import Item


def place(
    number: int, verdict: Verdict, *, pending: bool = False, **found: object
) -> PlacePresence:
    values = {
        "key": "u1",
        "desired": verdict in {"there", "missing"},
        "revision": 1,
        "expires_at": None,
        "on_disk": True,
        "in_core": True,
        "core_running": True,
    }
    told = None if verdict in {"silent", "untold"} else UserPresence.model_validate(values | found)
    country, address = ("finland", "germany")[number % 2], f"192.0.2.{number}:443"
    return PlacePresence(
        country=country, address=address, pending=pending, verdict=verdict, found=told
    )


def found(user_id: int, *places: PlacePresence) -> Presence:
    return Presence(user_id=user_id, desired=True, revision=1, perfect=False, places=list(places))


def test_the_card_tells_what_each_server_says(
    met: int, admin: Someone, main_api: FakeAdminApi, clock: FakeClock
) -> None:
    traffic = clock() - timedelta(minutes=5, seconds=9)
    main_api.presences[met] = found(
        met,
        place(0, "there", last_traffic_at=traffic, online=2),
        place(1, "missing", core_running=False, on_disk=False),
        place(2, "missing", pending=True),
        place(3, "lingers"),
        place(4, "gone"),
        place(5, "silent"),
        place(6, "untold"),
    )
    admin.inject_press(key(Item.CARD, met))

    text = admin.sees("Серверы")["text"]
    lines = text.partition("Серверы\n")[2].partition("\n\n")[0].splitlines()
    finland, germany = "🇫🇮 Финляндия, 192.0.2.", "🇩🇪 Германия, 192.0.2."
    stopped = "VPN-программа не работает"
    assert lines == [
        f"🟢 {finland}0:443: доступ есть · трафик 5 минут назад · 2 устройства в сети",
        f"🔴 {germany}1:443: доступа нет, возвращаем · {stopped} · ещё не записан в файл",
        f"🟡 {finland}2:443: обновляется",
        f"🔴 {germany}3:443: ещё пускает, хотя не должен",
        f"⚪️ {finland}4:443: не пускает, как и должен",
        f"🔴 {germany}5:443: не отвечает",
        f"⚪️ {finland}6:443: не умеет проверять, старая версия",
    ]


def test_with_a_server_away_nobody_is_asked_until_the_admin_wants_it(
    met: int, admin: Someone, main_api: FakeAdminApi, clock: FakeClock
) -> None:
    main_api.extend(met, clock() + timedelta(days=3))
    main_api.unreachable.add("finland")
    main_api.presences[met] = found(met, place(1, "there", online=1))
    admin.inject_press(key(Item.CARD, met))
    text = admin.sees("Серверы")["text"]
    assert "🔴 🇫🇮 Финляндия, 192.0.2.1:443: не отвечает" in text
    assert "в сети" not in text

    admin.press(key(Item.PRESENCE, met))

    assert "1 устройство в сети" in admin.sees("1 устройство")["text"]


def test_when_nobody_can_say_the_card_tells_what_is_remembered(
    met: int, admin: Someone, main_api: FakeAdminApi, clock: FakeClock
) -> None:
    main_api.extend(met, clock() + timedelta(days=3))
    admin.inject_press(key(Item.PRESENCE, met))

    assert "🟢 🇫🇮 Финляндия, 192.0.2.1:443: доступ есть" in admin.sees("Серверы")["text"]

"""Users who are there before the load test begins, as the services' own stores hold them."""

from pathlib import Path

from bench.seeding import FIRST_TG_ID, seed
from common.clock import system_clock
from common.storage.connect import connect
from country_api.store import Store
from main_api.mongo_api.counters import Numbers
from main_api.mongo_api.database import IndexedDatabase
from main_api.users.store import UserStore
from main_api.vpn_api.core_ids import core_id
from sandbox.layout import COUNTRIES, Layout


def test_seeded_users_are_known_to_main_api_and_live_on_every_server(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.prepare()

    seed(layout, 7)

    db = IndexedDatabase(connect(f"embedded://{layout.state('main')}", name="main"))
    user = UserStore(db).get_by_telegram(FIRST_TG_ID + 7)
    assert user.active_at(system_clock())
    assert Numbers(db, "users").next() == 8
    db.close()
    for country in COUNTRIES:
        store = Store(layout.state(f"agent_{country}") / "country_api.sqlite3")
        live = store.live(system_clock())
        store.close()
        assert len(live) == 7
        expected = core_id(user.access_secret, layout.address(f"agent_{country}"))
        assert live["u7"] == expected

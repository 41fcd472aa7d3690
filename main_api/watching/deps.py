"""The watch put together."""

from main_api.deps import Deps
from main_api.watching.lacking import Lacking
from main_api.watching.telling import OwnersWord
from main_api.watching.watch import Watch, make_pending


def watch(deps: Deps) -> Watch:
    return Watch(
        servers=deps.vpn.servers,
        known=deps.vpn.store,
        store=deps.watch_store,
        lacking=Lacking(deps.db),
        alarms=deps.alarms,
        word=OwnersWord(deps.alarms, deps.notify, deps.clock, deps.settings.owner_telegram_id),
        repair=make_pending(deps.vpn.pending),
        clock=deps.clock,
    )

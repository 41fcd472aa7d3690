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
        word=_word(deps),
        repair=make_pending(deps.vpn.pending),
        clock=deps.clock,
    )


def _word(deps: Deps) -> OwnersWord:
    return OwnersWord(
        deps.alarms,
        deps.vpn.servers,
        deps.watch_store,
        deps.notify,
        deps.clock,
        deps.settings.owner_telegram_id,
    )

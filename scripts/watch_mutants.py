"""Faults in the watch over the servers, its alarms, the order of links, and beside them."""

from scripts.mutant import Mutant

HEALTH = "main_api/watching/health.py"
LACKING = "main_api/watching/lacking.py"
WATCH = "main_api/watching/watch.py"
ORDER = "main_api/watching/order.py"
WATCHED = "tests/main_api/watching/test_watch.py"
MISSED = "tests/main_api/watching/test_watch_missing.py"
TOLD = "tests/main_api/watching/test_watch_alarms.py"
ORDERED = "tests/main_api/test_order.py"

WATCH_MUTANTS = [
    Mutant(
        "one bad look makes a server sick",
        HEALTH,
        "if seen.well and look.at - began >= SICK_AFTER:",
        "if seen.well:",
        WATCHED,
    ),
    Mutant(
        "one good look makes a server well",
        HEALTH,
        "    if goods < GOODS_TO_RETURN:\n",
        "    if goods < 1:\n",
        WATCHED,
    ),
    Mutant(
        "what was bad long before nobody looked still counts",
        HEALTH,
        "if look.at - last_look < LOOKED_AWAY or not seen.well else None",
        "if seen else None",
        WATCHED,
    ),
    Mutant(
        "a restart forgets since when somebody is missing",
        LACKING,
        "before = self._since.get(address, noted)",
        "before = self._since.get(address, {})",
        MISSED,
    ),
    Mutant(
        "who was missing is back when the server says nothing",
        LACKING,
        "set(before if not_in_core is None else not_in_core)",
        "set(not_in_core or ())",
        MISSED,
    ),
    Mutant(
        "a server is believed about who has access",
        LACKING,
        "found = set(waiting) | self._with_access(told - set(waiting), now)",
        "found = set(waiting) | told",
        MISSED,
    ),
    Mutant(
        "who is found missing a second time is missing since then",
        LACKING,
        "before.get(user_id, now)",
        "now",
        MISSED,
    ),
    Mutant(
        "an episode that is open begins again",
        "main_api/watching/alarms.py",
        '        if last and last["until"] is None:\n            return\n',
        "",
        TOLD,
    ),
    Mutant(
        "an alarm's end has the key of its beginning",
        "main_api/watching/telling.py",
        "{_digest(alarm.alarm_id)}:{word}",
        "{_digest(alarm.alarm_id)}",
        WATCHED,
    ),
    Mutant(
        "the owner is told again and again",
        "main_api/watching/telling.py",
        "{_digest(alarm.alarm_id)}:{word}",
        "{_digest(alarm.alarm_id)}:{word}{milliseconds(self._clock())}",
        MISSED,
    ),
    Mutant(
        "a server that is ours no more keeps its alarm",
        WATCH,
        "                self._alarms.drop(alarm)\n",
        "                continue\n",
        WATCHED,
    ),
    Mutant(
        "a server without a known key is not told",
        WATCH,
        "elif not place.server and not alarm:",
        "elif False:",
        TOLD,
    ),
    Mutant(
        "the missing are not told anew to their server",
        WATCH,
        "            self._repair(address, users)\n",
        "",
        MISSED,
    ),
    Mutant(
        "spared users stay an alarm for ever",
        "main_api/watching/spared.py",
        "            self._alarms.end(alarm)\n",
        "            return\n",
        TOLD,
    ),
    Mutant(
        "a sick server is said to have others beside it",
        "main_api/watching/telling.py",
        "set(self._servers.addresses()) - {address}",
        "set(self._servers.addresses())",
        TOLD,
    ),
    Mutant(
        "the order of links does not ask for load",
        ORDER,
        "return int(not health.well), health.bucket",
        "return int(not health.well), 0",
        ORDERED,
    ),
    Mutant(
        "a sick server is no worse than a well one",
        ORDER,
        "return int(not health.well), health.bucket",
        "return 0, health.bucket",
        ORDERED,
    ),
    Mutant(
        "a newcomer gets a dead server",
        ORDER,
        "return well if newcomer and well else ranked",
        "return ranked",
        ORDERED,
    ),
    Mutant(
        "who has connected loses the links of sick servers",
        ORDER,
        "return well if newcomer and well else ranked",
        "return well or ranked",
        ORDERED,
    ),
    Mutant(
        "with all servers sick a newcomer gets none",
        ORDER,
        "return well if newcomer and well else ranked",
        "return well if newcomer else ranked",
        ORDERED,
    ),
    Mutant(
        "what was seen long ago still orders the links",
        ORDER,
        " or self._clock() - health.looked_at > STALE:",
        ":",
        ORDERED,
    ),
    Mutant(
        "a load about an edge moves a server up and down",
        "main_api/watching/load.py",
        "busy >= edge - SLACK",
        "busy >= edge",
        ORDERED,
    ),
    Mutant(
        "a peak of some seconds moves a server",
        "main_api/watching/load.py",
        "return now if fresh else before + round((now - before) / WEIGHT)",
        "return now",
        ORDERED,
    ),
    Mutant(
        "the sum of somebody who is removed meanwhile stays",
        "main_api/traffic/sums.py",
        "            forget_traffic(self._db, user_id_of(key))\n",
        "            continue\n",
        "tests/main_api/traffic/test_interrupted.py",
    ),
    Mutant(
        "two admins at one card add twice",
        "main_api/admin/acts.py",
        "user.access_revision > act.seen_revision",
        "not user",
        "tests/main_api/test_admin_acts.py",
    ),
    Mutant(
        "a 429 in one chat holds all",
        "common/telegram/gate.py",
        "if chat_id is None or len(self._chats) > 1:",
        "if self._chats or chat_id is None:",
        "tests/notify_service/test_flood.py",
    ),
    Mutant(
        "429s in several chats hold each its own",
        "common/telegram/gate.py",
        "if chat_id is None or len(self._chats) > 1:",
        "if chat_id is None:",
        "tests/notify_service/test_flood.py",
    ),
]

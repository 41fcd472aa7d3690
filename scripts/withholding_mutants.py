"""Faults in withholding whoever reaches a limit."""

from scripts.mutant import Mutant

WITHHOLDING_MUTANTS = [
    Mutant(
        "a tariff's quota cuts without the operator's word",
        "main_api/traffic/limits.py",
        "        return self.traffic if Withheld.TRAFFIC in self.enforced else None",
        "        return self.traffic",
        "tests/main_api/withholding/test_evidence.py",
    ),
    Mutant(
        "a quota is used up only with one byte more",
        "main_api/withholding/judging.py",
        "- began_with(user, began) >= quota",
        "- began_with(user, began) > quota",
        "tests/main_api/withholding/test_traffic.py",
    ),
    Mutant(
        "whoever is withheld is still desired on the servers",
        "main_api/users/desired.py",
        "return None if banned or deleting or withheld else expires_at",
        "return None if banned or deleting else expires_at",
        "tests/main_api/withholding/test_traffic.py",
    ),
    Mutant(
        "whoever is withheld is missed by the watch",
        "main_api/users/desired.py",
        '        "withheld": None,\n    }\n',
        "    }\n",
        "tests/main_api/withholding/test_neighbours.py",
    ),
    Mutant(
        "the agreement does not know that somebody is withheld",
        "main_api/vpn_api/census.py",
        'withheld=document.get("withheld"),',
        "withheld=None,",
        "tests/main_api/withholding/test_neighbours.py",
    ),
    Mutant(
        "whoever buys while he is withheld has to wait",
        "main_api/access/service.py",
        "(RETURNED if user.withheld else {})",
        "{}",
        "tests/main_api/withholding/test_traffic.py",
    ),
    Mutant(
        "what was used on the day before he bought counts to what he bought",
        "main_api/traffic/usage.py",
        "return user.period_began_with if user.period_began_at == began else 0",
        "return 0",
        "tests/main_api/withholding/test_traffic.py",
    ),
    Mutant(
        "a user is judged as he was read, not as he is changed",
        "main_api/withholding/service.py",
        "lambda seen: judge(seen, evidence, self._clock())",
        "lambda _seen: judge(user, evidence, self._clock())",
        "tests/main_api/withholding/test_once.py",
    ),
    Mutant(
        "devices of several servers are added up",
        "main_api/withholding/counts.py",
        "most[user_id] = max(most.get(user_id, 0), devices)",
        "most[user_id] = most.get(user_id, 0) + devices",
        "tests/main_api/withholding/test_devices.py",
    ),
    Mutant(
        "a server that is not heard of tells of devices",
        "main_api/withholding/counts.py",
        "ledgers_since(now - HEARD)",
        "ledgers_since(now - 9999 * HEARD)",
        "tests/main_api/withholding/test_devices.py",
    ),
    Mutant(
        "too many devices at one look are enough",
        "main_api/withholding/crowds.py",
        "before.get(user_id, now) for user_id in above",
        "now - LONG for user_id in above",
        "tests/main_api/withholding/test_devices.py",
    ),
    Mutant(
        "a pause for devices never ends",
        "main_api/withholding/judging.py",
        "return now < user.withheld_until and most",
        "return most",
        "tests/main_api/withholding/test_devices.py",
    ),
    Mutant(
        "of what he was withheld for he is told at every look",
        "main_api/withholding/word.py",
        "if user.withheld_untold]",
        "if user.withheld]",
        "tests/main_api/withholding/test_once.py",
    ),
]

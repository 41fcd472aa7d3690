"""`python -m country_api.cutting [PID]`: can connections be cut here, and by that process?

Run it as root; PID is the agent's. Exit code 0 when it can, else 1 with the reason.
"""

import sys

from country_api.cutting.check import may, why_not


def trouble(words: list[str]) -> str:
    if found := why_not():
        return found
    try:
        if words and not may(int(words[0])):
            return f"process {words[0]} lacks CAP_NET_ADMIN (its unit gives it)"
    except (OSError, ValueError):
        return f"there is no process {words[0]}"
    return ""


if __name__ == "__main__":
    found = trouble(sys.argv[1:])
    print(f"Connections of removed users cannot be cut: {found}." if found else "ok")
    sys.exit(1 if found else 0)

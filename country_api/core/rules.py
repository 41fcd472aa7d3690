"""Where users may not go: this machine and private networks, mail servers, BitTorrent."""

from typing import Any

Json = dict[str, Any]

API, DIRECT, BLOCK = "api", "direct", "block"

PRIVATE = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/3",
    "::/127",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
]
LOCAL_NAMES = [
    "domain:localhost",
    "domain:local",
    "domain:internal",
    "domain:lan",
    "domain:home.arpa",
]


def for_users(tag: str, allow_private: str) -> list[Json]:
    """In the order the core asks them; what no rule takes goes out."""
    rules: list[Json] = [
        {"protocol": ["bittorrent"], "outboundTag": BLOCK},
        {"network": "tcp", "port": "25", "outboundTag": BLOCK},
        {"domain": LOCAL_NAMES, "outboundTag": BLOCK},
    ]
    if allow_private:
        rules.append({"outboundTag": DIRECT} | exactly(allow_private))
    rules.append({"ip": PRIVATE, "outboundTag": BLOCK})
    # v2ray needs the type; Xray ignores it
    return [{"type": "field", "inboundTag": [tag]} | rule for rule in rules]


def exactly(address: str) -> Json:
    """Conditions that only this ip:port fulfils, over TCP."""
    host, _, port = address.rpartition(":")
    return {"network": "tcp", "ip": [host.strip("[]")], "port": port}

"""Where notifications may be sent: an https address of the public internet, or of the networks that the settings name.

A name is resolved once for each call, and the call goes to the address that was judged: no second answer of the DNS
leads it elsewhere (docs/attaques.md, requests forged by the server).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from hub.errors import RequestRefused

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
LONGEST = 2_000
"""Characters of an address."""
LOOK_UPS = 32
"""Names that are looked up at a time, for as long as their servers are silent: whatever else a thread does goes on."""
UNICAST = ip_network("2000::/3")
"""What the public internet has of IPv6 (RFC 4291 §2.4): other addresses stand for one of IPv4, or are of a site."""
TRANSLATED = tuple(map(ip_network, ("2002::/16", "2001::/32")))
"""Those of them that stand for one of IPv4 (6to4, Teredo), which may be of any network."""
_NAMES = ThreadPoolExecutor(LOOK_UPS, thread_name_prefix="names")


@dataclass(frozen=True, slots=True, repr=False)
class Destination:
    """An address that was judged: `connect` is the same URL with a number for the name `host`."""

    connect: str
    host: str
    authority: str


def read_url(url: str) -> SplitResult:
    """The parts of the address of a subscriber; raises RequestRefused (SUBSCRIPTION_URL)."""
    try:
        parts = urlsplit(url)
        sound = (
            len(url) <= LONGEST
            and url.isascii()
            and url.isprintable()
            and " " not in url
            and parts.scheme in ("https", "http")
            and bool(parts.hostname)
            and parts.username is None
            and parts.password is None
            and not parts.fragment
            and parts.port != 0
        )
    except ValueError:
        sound = False
    if not sound:
        raise _refused("une adresse https, sans identifiant, mot de passe ni fragment", "not a URL of a subscriber")
    return parts


async def destination(url: str, networks: Sequence[Network]) -> Destination:
    """The address to call now; raises RequestRefused (SUBSCRIPTION_URL; SUBSCRIPTION_ADDRESS, for a name that is not
    known as for a network that is not admitted)."""
    parts = read_url(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        resolved = await asyncio.get_running_loop().run_in_executor(_NAMES, look_up)
    except UnicodeError:
        raise _refused("une adresse https, dont le nom est celui d'un serveur", "no name of a host") from None
    except OSError:
        raise RequestRefused(
            "SUBSCRIPTION_ADDRESS", "Le nom de cette adresse n'est pas connu.", "the name of the URL is not known"
        ) from None
    addresses = [_unmapped(ip_address(entry[4][0])) for entry in resolved]
    if not addresses or not all(_admitted(address, networks) for address in addresses):
        raise RequestRefused(
            "SUBSCRIPTION_ADDRESS",
            "Cette adresse mène à un réseau privé, local ou réservé : donnez celle d'un serveur public, ou admettez "
            "son réseau dans « networks » de la table [notifications].",
            "the URL leads to a network that is not admitted",
        )
    if parts.scheme != "https" and not all(address.is_loopback for address in addresses):
        raise _refused("une adresse https", "not https")
    number = f"[{addresses[0]}]" if isinstance(addresses[0], IPv6Address) else str(addresses[0])
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return Destination(f"{parts.scheme}://{number}:{port}{path}", host, parts.netloc)


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """The networks of the settings; raises ValueError."""
    return tuple(map(ip_network, texts))


def _unmapped(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped if mapped is not None else address


def _admitted(address: Address, networks: Sequence[Network]) -> bool:
    if any(address in network for network in networks):
        return True
    if address.version == UNICAST.version and address not in UNICAST:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in TRANSLATED)


def _refused(needed: str, detail: str) -> RequestRefused:
    return RequestRefused("SUBSCRIPTION_URL", f"Les notifications vont à {needed}.", detail)

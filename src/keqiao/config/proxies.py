"""Who really asks, behind a reverse proxy: forwarded headers are believed from named proxies, from nobody else.

`KEQIAO_PROXIES` is empty (nobody is believed), the number of proxies in front of the platform, or the networks that
they are in. `X-Forwarded-For` grows to the right: each proxy appends the address that it saw, so what stands left of
the proxies' own entries was written by whoever wanted to.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from keqiao.config.env import BadSetting
from keqiao.kernel.middleware import AnswerMiddleware

FOR = "HTTP_X_FORWARDED_FOR"
PROTOCOL = "HTTP_X_FORWARDED_PROTO"
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies that are believed: so many in a row, or those in these networks."""

    count: int = 0
    networks: tuple[Network, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.count or self.networks)

    def has(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self.networks)

    def client(self, peer: str, forwarded: str) -> str | None:
        """The address behind the proxies, or None when what the headers say cannot be believed."""
        hops = [address_in(hop) for hop in forwarded.split(",")] if forwarded else []
        if self.networks:
            return self.first_stranger([*hops, address_in(peer)])
        found = hops[-self.count] if 0 < self.count <= len(hops) else None
        return str(found) if found else None

    def first_stranger(self, hops: list[Address | None]) -> str | None:
        """From the right, the first address that is no proxy of ours; None when the peer itself is not one."""
        if not self.has(hops[-1]):
            return None
        nearest = hops[-1]
        for hop in reversed(hops):
            if hop is None:
                break
            nearest = hop
            if not self.has(hop):
                break
        return str(nearest)


def proxies_in(text: str) -> Proxies:
    """The setting as people write it: `1`, or `127.0.0.1, 10.0.0.0/8`.

    Raises:
        BadSetting: it is neither a number nor a list of networks.
    """
    parts = text.replace(",", " ").split()
    if len(parts) == 1 and parts[0].isascii() and parts[0].isdigit():
        return Proxies(count=int(parts[0]))
    try:
        return Proxies(networks=tuple(ipaddress.ip_network(part) for part in parts))
    except ValueError as error:
        raise BadSetting(f"KEQIAO_PROXIES must be a number of proxies or networks with commas: {error}.") from None


def address_in(text: str) -> Address | None:
    """The address in one entry of the header, with or without a port; None for anything else."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


class Forwarded(AnswerMiddleware):
    """Puts the visitor's address and protocol where they are looked for; forgets headers that nobody vouches for."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        settle(request, settings.PROXIES)
        return super().__call__(request)


def settle(request: HttpRequest, proxies: Proxies) -> None:
    """Believe the proxies or nobody."""
    client = proxies.client(request.META.get("REMOTE_ADDR", ""), request.META.get(FOR, ""))
    if client is None:
        request.META.pop(PROTOCOL, None)
    else:
        request.META["REMOTE_ADDR"] = client
    request.META.pop(FOR, None)

"""Where messages may be sent: addresses of the public network, so that nobody makes us knock on doors of our own.

Whoever names a host decides what it resolves to, and may change it at any moment. So the name is resolved once, every
address that comes of it is looked at, and the connection is made to those very addresses.
"""

import asyncio
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from grader.service.refusals import RefusedError

_TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"), IPv6Network("64:ff9b::/96"))
"""IPv6 addresses that lead to an IPv4 one, which may be anybody's."""
_RELAYS = IPv4Network("192.88.99.0/24")
"""Led from IPv4 into such tunnels, once; whoever answers there now is nobody in particular (RFC 7526)."""


async def addresses(host: str, port: int, *, to_private: bool = False) -> list[str]:
    """What a host resolves to, in the order to try.

    Raises:
        RefusedError: if it resolves to nothing, or to anything that is not public.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise RefusedError("there is no such host") from None
    resolved = list(dict.fromkeys(str(place[0]) for *_, place in found))
    if not to_private and not all(map(is_public, resolved)):
        raise RefusedError("the host is not on the public network")
    return resolved


def is_public(text: str) -> bool:
    """Whether an address is one of the public network."""
    address: IPv4Address | IPv6Address | None = ip_address(text)
    if isinstance(address, IPv6Address):
        if address.scope_id is not None or address.is_site_local or any(address in tunnel for tunnel in _TUNNELS):
            return False
        address = address.ipv4_mapped or address
    assert address is not None
    if address in _RELAYS:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved

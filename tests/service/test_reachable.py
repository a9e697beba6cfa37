"""Only what is public is reachable, however it is written and whatever else the name resolves to."""

import asyncio
import socket

import pytest

from grader.service.reachable import addresses, is_public
from grader.service.refusals import RefusedError


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "8.8.8.8", "192.88.98.255", "192.88.100.0", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
)
def test_is_public_address_of_the_network_is(address: str) -> None:
    """Anybody may be told there."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.0.3",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:192.88.99.255",
        "fe80::1",
        "fe80::1%1",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2001:0:5ef5:79fd::1",
        "64:ff9b::7f00:1",
    ],
)
def test_is_public_address_of_ours_is_not(address: str) -> None:
    """Loopback, private, link-local with the cloud's metadata, shared, reserved, and what hides one of these."""
    assert not is_public(address)


def resolving(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    """Every name is of these addresses."""

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[object]:
        if not found:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_addresses_all_public_are_those_to_connect_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once."""
    resolving(monkeypatch, "8.8.8.8", "8.8.4.4", "8.8.8.8")
    assert asyncio.run(addresses("lms.example", 443)) == ["8.8.8.8", "8.8.4.4"]


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (("8.8.8.8", "127.0.0.1"), "the host is not on the public network"),
        (("10.0.0.1",), "the host is not on the public network"),
        ((), "there is no such host"),
    ],
)
def test_addresses_any_private_all_are_refused(
    monkeypatch: pytest.MonkeyPatch, found: tuple[str, ...], why: str
) -> None:
    """A name of two addresses would else be tried until it leads inside."""
    resolving(monkeypatch, *found)
    with pytest.raises(RefusedError) as error:
        asyncio.run(addresses("lms.example", 443))
    assert str(error.value) == why


def test_addresses_private_ones_allowed_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a laptop, where the LMS is on it too."""
    resolving(monkeypatch, "127.0.0.1")
    assert asyncio.run(addresses("localhost", 80, to_private=True)) == ["127.0.0.1"]

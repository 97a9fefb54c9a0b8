"""Forwarded headers are believed from named proxies, and from nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, Client, RequestFactory, override_settings

from keqiao.config.env import BadSetting
from keqiao.config.proxies import Forwarded, Proxies, proxies_in
from tests.together import in_a_loop

VISITOR = "203.0.113.7"
LIE = "198.51.100.1"


@pytest.mark.parametrize(
    ("text", "count", "networks"),
    [
        ("", 0, []),
        ("  ", 0, []),
        ("0", 0, []),
        ("1", 1, []),
        ("127.0.0.1", 0, ["127.0.0.1/32"]),
        ("127.0.0.1, 10.0.0.0/8,::1", 0, ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]),
    ],
)
def test_setting_is_a_number_or_networks(text: str, count: int, networks: list[str]) -> None:
    found = proxies_in(text)
    assert (found.count, [str(network) for network in found.networks]) == (count, networks)
    assert bool(found) is bool(count or networks)


@pytest.mark.parametrize("text", ["yes", "-1", "1.5", "10.0.0.1/8", "nginx", "1, 2.3.4.5"])
def test_setting_that_cannot_be_meant_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadSetting, match="KEQIAO_PROXIES"):
        proxies_in(text)


@pytest.mark.parametrize(
    ("setting", "peer", "forwarded", "client"),
    [
        # nobody is believed
        ("", "127.0.0.1", VISITOR, None),
        ("0", "127.0.0.1", VISITOR, None),
        # so many proxies: counted from the right, whatever stands left of them
        ("1", "127.0.0.1", VISITOR, VISITOR),
        ("1", "127.0.0.1", f"{LIE}, {VISITOR}", VISITOR),
        ("2", "127.0.0.1", f"{LIE}, {VISITOR}, 10.0.0.2", VISITOR),
        ("2", "127.0.0.1", VISITOR, None),
        ("1", "127.0.0.1", "", None),
        ("1", "127.0.0.1", "unknown", None),
        # networks: the nearest address that is no proxy of ours
        ("127.0.0.1", "127.0.0.1", f"{LIE}, {VISITOR}", VISITOR),
        ("127.0.0.1,10.0.0.0/8", "127.0.0.1", f"{LIE}, {VISITOR}, 10.0.0.2", VISITOR),
        ("127.0.0.1", VISITOR, LIE, None),
        ("127.0.0.1", "", LIE, None),
        ("127.0.0.1", "127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1,10.0.0.0/8", "127.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("::1", "::1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_visitor_is_who_the_nearest_stranger_is(setting: str, peer: str, forwarded: str, client: str | None) -> None:
    assert proxies_in(setting).client(peer, forwarded) == client


@pytest.mark.parametrize(
    "written", [f"{VISITOR}:4711", f" {VISITOR} ", f"::ffff:{VISITOR}", f"[::ffff:{VISITOR}]:4711"]
)
def test_address_may_have_a_port_or_be_mapped(written: str) -> None:
    assert Proxies(count=1).client("127.0.0.1", written) == VISITOR


Seen = Callable[..., HttpRequest]


@pytest.fixture
def seen() -> Seen:
    """`seen("1", peer, forwarded, proto)` → the request as the pages get it."""

    def run(setting: str, peer: str, forwarded: str = "", protocol: str = "") -> HttpRequest:
        headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": protocol}
        request = RequestFactory().get(
            "/", REMOTE_ADDR=peer, headers={name: value for name, value in headers.items() if value}
        )
        header = ("HTTP_X_FORWARDED_PROTO", "https") if proxies_in(setting) else None
        with override_settings(PROXIES=proxies_in(setting), SECURE_PROXY_SSL_HEADER=header):
            Forwarded(lambda request: HttpResponse())(request)
            request.told_secure = request.is_secure()  # type: ignore[attr-defined]
        return request

    return run


def test_https_is_known_behind_the_proxy(seen: Seen) -> None:
    request = seen("127.0.0.1", "127.0.0.1", VISITOR, "https")
    assert request.META["REMOTE_ADDR"] == VISITOR
    assert request.told_secure  # type: ignore[attr-defined]
    assert not seen("127.0.0.1", "127.0.0.1", VISITOR, "http").told_secure  # type: ignore[attr-defined]


@pytest.mark.parametrize("setting", ["", "127.0.0.1"])
def test_stranger_cannot_forge_address_or_protocol(seen: Seen, setting: str) -> None:
    request = seen(setting, LIE, VISITOR, "https")
    assert request.META["REMOTE_ADDR"] == LIE
    assert not request.told_secure  # type: ignore[attr-defined]
    assert "HTTP_X_FORWARDED_FOR" not in request.META
    assert "HTTP_X_FORWARDED_PROTO" not in request.META


def test_library_of_accounts_sees_the_same_address(seen: Seen) -> None:
    request = seen("1", "127.0.0.1", f"{LIE}, {VISITOR}")
    assert get_adapter(request).get_client_ip(request) == VISITOR
    request = seen("", "127.0.0.1", LIE)
    assert get_adapter(request).get_client_ip(request) == "127.0.0.1"


def test_requests_of_the_event_loop_are_settled_too() -> None:
    async def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.META["REMOTE_ADDR"])

    request = AsyncRequestFactory().get("/", headers={"X-Forwarded-For": VISITOR})
    with override_settings(PROXIES=Proxies(count=1)):
        response: Any = in_a_loop(Forwarded(answer)(request))  # type: ignore[arg-type]
    assert response.content.decode() == VISITOR


def fail_to_log_in(forwarded: str) -> str:
    """The page after a wrong password; each visitor tries another account."""
    data = {"login": f"{forwarded}@example.test", "password": "wrong"}
    answer = Client().post("/accounts/login/", data, headers={"X-Forwarded-For": forwarded})
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)


@pytest.mark.parametrize(("setting", "refused"), [("127.0.0.1", False), ("", True)])
def test_limit_of_logins_counts_visitors_not_the_proxy(db: None, setting: str, refused: bool) -> None:
    with override_settings(PROXIES=proxies_in(setting)):
        pages = [fail_to_log_in(f"203.0.113.{number}") for number in range(31)]
    assert (pages[-1] == "429" or "次数过多" in pages[-1]) is refused

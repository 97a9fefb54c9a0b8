"""Every page, on desktop and phone: accessible, no sideways scrolling, nothing in the console."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Open

PAGES = [
    (None, "/"),
    (None, "/needs/"),
    (None, "/achievements/"),
    (None, "/people/"),
    (None, "/organisations/"),
    (None, "/search/?q=消光涂层"),
    (None, "/definitions/"),
    (None, "/accounts/login/"),
    (None, "/accounts/signup/"),
    ("owner", "/desk/"),
    ("owner", "/needs/new/"),
    ("owner", "/needs/1/"),
    ("owner", "/proposals/"),
    ("owner", "/projects/"),
    ("owner", "/notices/"),
    ("professor", "/achievements/new/"),
    ("professor", "/achievements/1/"),
    ("operator", "/triage/"),
    ("operator", "/verification/"),
    ("manager", "/desk/"),
]


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize(("who", "path"), PAGES, ids=[f"{who or 'stranger'} {path}" for who, path in PAGES])
def test_page(visit: Open, accessible: Callable[[Page], None], who: str | None, path: str, phone: bool) -> None:
    page = visit(who, path, phone=phone)
    assert page.locator("h1").count() == 1
    assert page.locator("main").inner_text().strip() != ""
    assert "<c-" not in page.content()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    accessible(page)

"""Joining as a person does it: a confirmed address, an organisation, a passkey, an authenticator app."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open, Running, text_of

PASSWORD = "mo-gao-ku-2026"
COMPANY = "庚申试验膜材（武汉）有限公司"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

Start = Callable[..., Page]


@pytest.fixture
def start(visit: Open, platform: Running) -> Start:
    """A stranger's browser at a name: passkeys belong to names, not to numeric addresses."""

    def run(path: str = "/accounts/signup/", **options: Any) -> Page:
        page = visit(None, "/healthz", **options)
        page.goto(platform.url + path)
        return page

    return run


def press(page: Page, words: str) -> None:
    page.locator("main").get_by_role("button", name=words, exact=True).click()


def sign_up(page: Page, platform: Running, email: str) -> None:
    """From the form to the first question."""
    page.get_by_label("电子邮件").fill(email)
    page.locator("input[name=password1]").fill(PASSWORD)
    page.locator("input[name=consent]").check()
    press(page, "加入并确认邮箱")
    mail = text_of(platform.mailbox.wait_for(email, "验证码"))
    found = re.search(r"^([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", mail, re.MULTILINE)
    assert found, mail
    page.locator("input[name=code]").fill(found[1])
    page.locator("main form").first.get_by_role("button").first.click()
    page.wait_for_url("**/welcome/")


def introduce(page: Page, name: str) -> None:
    page.get_by_label("我有科研成果，想找企业用起来").check()
    page.locator("input[name=name]").fill(name)
    press(page, "下一步：您的单位")
    page.wait_for_url("**/welcome/organisation/")


def log_out(page: Page) -> None:
    page.goto(re.sub(r"(//[^/]+).*", r"\1/accounts/logout/", page.url))
    page.locator("main form button").click()
    page.wait_for_load_state()


def log_in(page: Page, email: str) -> None:
    page.goto(re.sub(r"(//[^/]+).*", r"\1/accounts/login/", page.url))
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    press(page, "登录")


def add_device(page: Page) -> None:
    """A device with a fingerprint reader, as Chromium pretends to have one."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def number_of_app(secret: str, moment: float) -> str:
    """What an authenticator app shows (RFC 6238)."""
    key = base64.b32decode(secret.strip())
    digest = hmac.digest(key, struct.pack(">Q", int(moment) // 30), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def test_new_person_registers_an_organisation_and_may_begin_at_once(
    start: Start, platform: Running, accessible: Callable[[Page], None]
) -> None:
    page = start(phone=True)
    accessible(page)
    sign_up(page, platform, "first@joining.example")
    accessible(page)
    introduce(page, "庚申测试")
    page.locator("input[name=q]").fill(COMPANY)
    page.get_by_role("link", name=f"登记“{COMPANY}”").click()
    expect(page.locator("input[name=name]")).to_have_value(COMPANY)
    page.locator("select[name=kind]").select_option("company")
    page.locator("select[name=node]").select_option("wuhan")
    press(page, "登记单位")
    page.wait_for_url("**/welcome/security/")
    expect(page.get_by_text("单位核验中，您现在就可以开始使用").first).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="去我的工作台").click()
    page.wait_for_url("**/desk/")
    page.goto(page.url.replace("/desk/", "/needs/new/"))
    expect(page.locator("main h1")).to_be_visible()


def test_new_person_finds_the_organisation_while_typing_and_asks_to_join(start: Start, platform: Running) -> None:
    page = start()
    sign_up(page, platform, "second@joining.example")
    introduce(page, "辛酉测试")
    page.goto(page.url.replace("/welcome/organisation/", "/organisations/"))
    name = page.locator("main li h2").first.inner_text()
    page.go_back()
    page.locator("input[name=q]").press_sequentially(name[:4])
    line = page.locator("#found li", has_text=name).first
    line.get_by_role("link", name="申请加入").click()
    press(page, "申请加入")
    page.wait_for_url("**/welcome/security/")
    expect(page.locator("main").get_by_text("待确认").first).to_be_visible()


def test_passkey_is_added_right_after_joining_and_opens_the_account_alone(
    start: Start, platform: Running, accessible: Callable[[Page], None]
) -> None:
    page = start()
    add_device(page)
    sign_up(page, platform, "passkey@joining.example")
    introduce(page, "壬戌测试")
    page.goto(page.url.replace("/welcome/organisation/", "/welcome/security/"))
    page.get_by_role("link", name="添加通行密钥").click()
    page.wait_for_url("**/accounts/2fa/webauthn/add/")
    accessible(page)
    page.locator("input[name=name]").fill("办公室电脑")
    press(page, "添加")
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    page.goto(page.url.replace("recovery-codes/", "webauthn/"))
    expect(page.locator("main li", has_text="办公室电脑").get_by_text("可直接登录")).to_be_visible()
    accessible(page)
    platform.mailbox.wait_for("passkey@joining.example", "通行密钥已添加。")
    log_out(page)
    page.goto(re.sub(r"(//[^/]+).*", r"\1/accounts/login/", page.url))
    press(page, "用通行密钥登录")
    page.wait_for_url("**/desk/")


def test_passkey_that_was_refused_by_the_device_is_said_in_words(start: Start, platform: Running) -> None:
    page = start()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE | {"isUserVerified": False}})
    sign_up(page, platform, "refused@joining.example")
    page.goto(page.url.replace("/welcome/", "/accounts/2fa/webauthn/add/"))
    press(page, "添加")
    expect(page.get_by_role("alert")).to_contain_text("再试一次就好")
    expect(page).to_have_url(re.compile("/webauthn/add/$"))


def test_authenticator_app_is_the_second_step_and_a_recovery_code_stands_in_for_it(
    start: Start, platform: Running, accessible: Callable[[Page], None]
) -> None:
    page, email = start(), "app@joining.example"
    sign_up(page, platform, email)
    introduce(page, "癸亥测试")
    page.goto(page.url.replace("/welcome/organisation/", "/accounts/2fa/totp/activate/"))
    page.get_by_text("手动输入密钥").click()
    secret = page.locator("#authenticator_secret").inner_text()
    page.locator("input[name=code]").fill("000000")
    press(page, "启用验证器")
    expect(page.get_by_role("alert")).to_contain_text("验证码不对")
    assert page.locator("#authenticator_secret").text_content() == secret
    page.locator("input[name=code]").fill(number_of_app(secret, time.time()))
    press(page, "启用验证器")
    page.wait_for_url("**/recovery-codes/")
    accessible(page)
    codes = page.locator("#recovery_codes li").all_inner_texts()
    assert len(set(codes)) == 10
    log_out(page)
    log_in(page, email)
    page.wait_for_url("**/accounts/2fa/authenticate/")
    accessible(page)
    page.locator("input[name=code]").fill(number_of_app(secret, time.time()))
    press(page, "登录")
    page.wait_for_url("**/desk/")
    log_out(page)
    log_in(page, email)
    page.locator("input[name=code]").fill(codes[0])
    press(page, "登录")
    page.wait_for_url("**/desk/")
    page.goto(page.url.replace("/desk/", "/accounts/2fa/"))
    expect(page.get_by_text("还剩 9 个")).to_be_visible()


def test_token_of_an_account_with_a_second_factor_is_made_on_the_page_and_works(
    start: Start, platform: Running, accessible: Callable[[Page], None]
) -> None:
    page, email = start(), "token@joining.example"
    sign_up(page, platform, email)
    page.goto(page.url.replace("/welcome/", "/accounts/2fa/totp/activate/"))
    page.get_by_text("手动输入密钥").click()
    secret = page.locator("#authenticator_secret").inner_text()
    page.locator("input[name=code]").fill(number_of_app(secret, time.time()))
    press(page, "启用验证器")
    page.wait_for_url("**/recovery-codes/")
    refused = page.request.post("/api/v1/tokens", data={"email": email, "password": PASSWORD})
    assert refused.status == 403
    address = re.search(r"http://\S+", refused.json()["detail"])
    assert address
    page.goto(re.sub(r"http://[^/]+", re.sub(r"(//[^/]+).*", r"\1", page.url), address[0]))
    page.wait_for_url("**/accounts/2fa/reauthenticate/**")
    page.locator("input[name=code]").fill(number_of_app(secret, time.time()))
    press(page, "确认")
    page.wait_for_url("**/accounts/tokens/new/")
    page.locator("input[name=name]").fill("成果同步")
    accessible(page)
    press(page, "创建令牌")
    text = page.locator("#token").input_value()
    accessible(page)
    headers = {"Authorization": f"Bearer {text}"}
    assert page.request.get("/api/v1/tokens", headers=headers).json()["items"][0]["fields"]["name"] == "成果同步"
    page.get_by_role("link", name="我已经记下来了").click()
    accessible(page)
    assert text not in page.content()
    page.get_by_role("link", name="停用令牌：成果同步").click()
    press(page, "停用令牌")
    expect(page.get_by_text("已停用").first).to_be_visible()
    assert page.request.get("/api/v1/tokens", headers=headers).status == 401

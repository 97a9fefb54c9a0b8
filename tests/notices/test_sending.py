"""The outbox and a real mail server: each mail once, put off when refused, given up when hopeless."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives, send_mail
from django.db import connection, transaction
from django.utils import timezone

from keqiao.kernel import jobs
from keqiao.kernel.models import Entry
from keqiao.notices import actions
from keqiao.notices.jobs import send_waiting
from keqiao.notices.models import Mail
from keqiao.parties.models import Person
from tests.notices.conftest import Postbox, free_port

pytestmark = pytest.mark.django_db


def queued(**fields: object) -> Mail:
    return Mail.objects.create(**({"to": "lin@example.test", "subject": "标题", "text": "正文"} | fields))


def test_backend_writes_one_row_for_each_recipient_and_sends_it_at_once(postbox: Postbox) -> None:
    message = EmailMultiAlternatives("验证码", "123456", to=["林工 <lin@example.test>"], bcc=["copy@example.test"])
    message.attach_alternative("<b>123456</b>", "text/html")
    assert message.send() == 2
    assert set(Mail.objects.values_list("to", "subject", "text", "html", "is_secret", "state")) == {
        ("lin@example.test", "验证码", "123456", "<b>123456</b>", True, "queued"),
        ("copy@example.test", "验证码", "123456", "<b>123456</b>", True, "queued"),
    }
    jobs.run_waiting()
    assert {mail["To"] for mail in postbox.mails} == {"lin@example.test", "copy@example.test"}
    assert set(Mail.objects.values_list("state", flat=True)) == {"sent"}


def test_mail_arrives_as_it_was_written(postbox: Postbox, settings) -> None:
    settings.PUBLIC_URL, settings.DEFAULT_FROM_EMAIL = "https://bridge.example.test", "科桥 <bridge@example.test>"
    mail = queued(subject="需求“消光涂层”：通过并发布", text="吸光率 ≥ 98 %\n第二行", html="<p>吸光率</p>")
    actions.send_mail(mail=mail.pk)
    (received,) = postbox.mails
    assert received["Subject"] == "需求“消光涂层”：通过并发布"
    assert received["From"] == "科桥 <bridge@example.test>"
    assert received["Message-ID"].startswith(f"<keqiao.{mail.pk}.")
    assert received["Message-ID"].endswith("@bridge.example.test>")
    assert received["Auto-Submitted"] == "auto-generated"
    assert received.get_body(("plain",)).get_content().splitlines() == ["吸光率 ≥ 98 %", "第二行"]
    assert received.get_body(("html",)).get_content().strip() == "<p>吸光率</p>"


def test_secret_text_is_erased_once_sent(postbox: Postbox) -> None:
    secret, plain = queued(is_secret=True, text="654321", html="<b>654321</b>"), queued(text="kept")
    send_waiting()
    secret.refresh_from_db()
    plain.refresh_from_db()
    assert (secret.state, secret.text, secret.html) == ("sent", "", "")
    assert plain.text == "kept"
    assert [m.get_body(("plain",)).get_content().strip() for m in postbox.mails] == ["654321", "kept"]


def test_mail_is_sent_once_however_often_it_is_asked(postbox: Postbox) -> None:
    mail = queued()
    for _n in range(3):
        actions.send_mail(mail=mail.pk)
        send_waiting()
    assert len(postbox.mails) == 1


@pytest.mark.django_db(transaction=True)
def test_mail_held_by_another_sender_is_left_alone(postbox: Postbox) -> None:
    mail = queued()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [actions.MAIL_LOCK + mail.pk])
        actions.send_mail(mail=mail.pk)
        assert postbox.mails == []
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [actions.MAIL_LOCK + mail.pk])
    finally:
        other.close()
    actions.send_mail(mail=mail.pk)
    assert len(postbox.mails) == 1


def test_temporary_refusal_is_tried_again_later(postbox: Postbox) -> None:
    mail = queued()
    postbox.replies = ["451 try again later"]
    before = timezone.now()
    actions.send_mail(mail=mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("queued", 1)
    assert timedelta(seconds=55) < mail.next_try - before < timedelta(seconds=75)
    assert "451" in mail.problem
    send_waiting()
    assert postbox.mails == []
    Mail.objects.update(next_try=timezone.now())
    send_waiting()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.problem, len(postbox.mails)) == ("sent", 2, "", 1)


def test_permanent_refusal_fails_at_once(postbox: Postbox) -> None:
    mail = queued(is_secret=True)
    postbox.replies = ["550 no such mailbox"]
    actions.send_mail(mail=mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.text) == ("failed", 1, "")
    assert "550" in mail.problem
    send_waiting()
    assert postbox.mails == []


def test_unreachable_server_is_tried_seven_times_then_given_up(settings) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    mail = queued()
    pauses = []
    for _n in range(len(actions.PAUSES) + 1):
        cache.clear()
        before = timezone.now()
        actions.send_mail(mail=mail.pk)
        mail.refresh_from_db()
        pauses.append(round((mail.next_try - before).total_seconds()))
        Mail.objects.update(next_try=timezone.now())
    assert pauses[:-1] == list(actions.PAUSES)
    assert (mail.state, mail.attempts) == ("failed", 7)
    assert "ConnectionRefusedError" in mail.problem


def test_without_mail_server_mail_is_kept_and_code_printed(settings, caplog) -> None:
    settings.EMAIL_HOST = ""
    send_mail("您的验证码", "246810", None, ["lin@example.test"])
    plain = queued(text="不打印的正文")
    jobs.run_waiting()
    send_waiting()
    assert set(Mail.objects.values_list("state", flat=True)) == {"kept"}
    assert "246810" in caplog.text
    assert "lin@example.test" in caplog.text
    assert "不打印的正文" not in caplog.text
    plain.refresh_from_db()
    assert plain.attempts == 0


def test_mail_of_undone_change_is_never_sent(postbox: Postbox) -> None:
    def undone() -> None:
        with transaction.atomic():
            send_mail("验证码", "1", None, ["lin@example.test"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    jobs.run_waiting()
    assert Mail.objects.count() == 0
    assert postbox.mails == []


def test_notice_goes_from_verb_to_mailbox(
    postbox: Postbox, sealed: Callable[[], int], register: Callable[..., Entry], operator: Person, professor: Person
) -> None:
    register(professor)
    sealed()
    jobs.run_waiting()
    (received,) = postbox.mails
    assert received["To"] == "operator@example.test"
    assert received["Subject"].strip() == "单位“壬子试验陶瓷有限公司”：登记单位"  # long headers fold after the colon

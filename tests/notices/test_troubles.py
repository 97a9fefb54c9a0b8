"""What goes wrong with mails: none holds up the others, none is lost, none is sent for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core.cache import cache
from django.db import OperationalError, connection
from django.utils import timezone

from keqiao.kernel import jobs
from keqiao.kernel.models import Entry
from keqiao.notices import actions
from keqiao.notices.jobs import send_waiting
from keqiao.notices.models import Mail, Notice
from keqiao.parties.models import Person
from tests.factories import PersonFactory
from tests.notices.conftest import Postbox, free_port

pytestmark = pytest.mark.django_db


def queued(**fields: object) -> Mail:
    return Mail.objects.create(**({"to": "lin@example.test", "subject": "标题", "text": "正文"} | fields))


def states() -> list[tuple[str, int]]:
    return list(Mail.objects.order_by("pk").values_list("state", "attempts"))


class Strict(Postbox):
    """A server that answers to the sender and to each recipient as it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.to_senders: list[str] = []
        self.to_recipients: dict[str, str] = {}

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's name)
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.to_senders:
            return self.to_senders.pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if refusal := self.to_recipients.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def strict(settings: Any) -> Iterator[Strict]:
    box = Strict()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield box
    server.stop()


# ---- one mail and the others ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "两行的\n标题"},
        {"subject": "标题\r\nBcc: victim@example.test"},
        {"to": "two@@example.test"},
        {"to": "no address"},
        {"to": "a\nb@example.test"},
    ],
)
def test_mail_that_cannot_be_built_fails_at_once_and_the_others_go(postbox: Postbox, wrong: dict[str, str]) -> None:
    bad, good = queued(**wrong), queued(to="good@example.test")
    send_waiting()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.attempts, good.state) == ("failed", 1, "sent")
    assert bad.problem
    assert [mail["To"] for mail in postbox.mails] == ["good@example.test"]
    send_waiting()
    assert len(postbox.mails) == 1


def test_job_of_a_mail_that_cannot_be_built_does_not_stop_the_queue(postbox: Postbox) -> None:
    for subject in ("好", "坏\n的", "也好"):
        actions.post(Mail(to="lin@example.test", subject=subject, text="正文"))
    assert jobs.run_waiting() == 3
    assert [state for state, _attempts in states()] == ["sent", "failed", "sent"]


@pytest.mark.parametrize(
    ("reply", "state", "attempts"),
    [("550 no such mailbox", "failed", 1), ("452 mailbox full", "queued", 1)],
)
def test_refused_recipient_holds_up_nobody(strict: Strict, reply: str, state: str, attempts: int) -> None:
    strict.to_recipients = {"gone@example.test": reply}
    queued(to="gone@example.test"), queued(to="good@example.test")
    send_waiting()
    assert states() == [(state, attempts), ("sent", 1)]
    assert [mail["To"] for mail in strict.mails] == ["good@example.test"]


def test_refused_sender_is_our_own_fault_and_no_mail_is_given_up(strict: Strict) -> None:
    """A wrong KEQIAO_FROM: a code that was being sent is not erased, and goes once the setting is mended."""
    strict.to_senders = ["550 sender rejected"]
    secret = queued(is_secret=True, text="135790")
    actions.send_mail(mail=secret.pk)
    secret.refresh_from_db()
    assert (secret.state, secret.text, "sender rejected" in secret.problem) == ("queued", "135790", True)
    cache.clear()
    Mail.objects.update(next_try=timezone.now())
    send_waiting()
    assert states() == [("sent", 2)]


# ---- the server is away -----------------------------------------------------------------------------------------


def test_server_that_is_away_is_asked_once_and_not_for_every_mail(settings: Any) -> None:
    """Each try may last as long as the time-out: with a hundred mails waiting nothing else would be done."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    for _n in range(3):
        queued()
    send_waiting()
    assert states() == [("queued", 1), ("queued", 0), ("queued", 0)]
    assert not Mail.objects.filter(next_try__lte=timezone.now()).exists()


def test_all_mails_go_when_the_server_is_back(settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    for number in range(3):
        queued(to=f"p{number}@example.test")
    send_waiting()
    box = Postbox()
    server = Controller(box, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    server.start()
    try:
        cache.clear()
        Mail.objects.update(next_try=timezone.now())
        send_waiting()
    finally:
        server.stop()
    assert sorted(mail["To"] for mail in box.mails) == ["p0@example.test", "p1@example.test", "p2@example.test"]
    assert states() == [("sent", 2), ("sent", 1), ("sent", 1)]


class Killing(Postbox):
    """Takes a mail, then ends the database connection of whoever sent it: as if the sender had been killed."""

    def __init__(self, pid: int) -> None:
        super().__init__()
        self.pid = pid

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        answer = await super().handle_DATA(server, session, envelope)
        if self.pid:
            await asyncio.to_thread(end_connection, self.pid)
            self.pid = 0
        return answer


def end_connection(pid: int) -> None:
    """In a thread, which has a database connection of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_sender_killed_after_the_server_took_the_mail_repeats_it_under_the_same_number(settings: Any) -> None:
    """Between the server's “taken” and our note of it nothing can be certain: the reader's mailbox can tell them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        box = Killing(cursor.fetchone()[0])
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    mail = queued()
    try:
        with pytest.raises(OperationalError):
            actions.send_mail(mail=mail.pk)
        connection.close()
        assert states() == [("queued", 0)]
        for _n in range(3):
            send_waiting()
    finally:
        server.stop()
    assert states() == [("sent", 1)]
    assert len(box.mails) == 2
    assert len({found["Message-ID"] for found in box.mails}) == 1


# ---- to whom ----------------------------------------------------------------------------------------------------


def test_unconfirmed_address_gets_no_mail_and_its_person_the_notice(
    sealed: Callable[[], int], register: Callable[..., Entry], operator: Person, professor: Person
) -> None:
    """Who has not proved that an address is theirs may be somebody else's neighbour."""
    address = operator.emailaddress_set.create(email=operator.email.upper(), verified=False, primary=True)
    register(professor)
    sealed()
    assert (Notice.objects.get().person, Mail.objects.count()) == (operator, 0)
    address.verified = True
    address.save()
    register(professor, name="丁巳试验泵业有限公司", number=4714)
    sealed()
    assert [mail.to for mail in Mail.objects.all()] == [operator.email]


def test_second_address_that_waits_to_be_confirmed_changes_nothing(
    sealed: Callable[[], int], register: Callable[..., Entry], operator: Person, professor: Person
) -> None:
    operator.emailaddress_set.create(email=operator.email, verified=True, primary=True)
    operator.emailaddress_set.create(email="new@example.test", verified=False, primary=False)
    register(professor)
    sealed()
    assert [mail.to for mail in Mail.objects.all()] == [operator.email]


def test_each_person_gets_the_mail_in_their_own_language(
    sealed: Callable[[], int], register: Callable[..., Entry], operator: Person, professor: Person, wuhan: Any
) -> None:
    english = PersonFactory(email="english@example.test", language="en")
    english.posts.create(node=wuhan, role="operator")
    register(professor)
    sealed()
    mails = {mail.to: mail for mail in Mail.objects.all()}
    assert mails["operator@example.test"].subject == "单位“壬子试验陶瓷有限公司”：登记单位"
    theirs = mails["english@example.test"]
    frame = theirs.text.replace("壬子试验陶瓷有限公司", "").replace("科桥", "")
    assert (theirs.language, frame.isascii() or "“" in frame) == ("en", True)
    assert not [char for char in frame if "\u4e00" <= char <= "\u9fff"]
    assert 'lang="en"' in theirs.html


# ---- links ------------------------------------------------------------------------------------------------------


def test_link_in_a_mail_leads_to_the_page(
    sealed: Callable[[], int], register: Callable[..., Entry], operator: Person, professor: Person,
    settings: Any, client: Any,
) -> None:  # fmt: skip
    settings.PUBLIC_URL = "https://bridge.example.test"
    register(professor)
    sealed()
    mail = Mail.objects.get()
    link = next(word for word in mail.text.split() if "https://" in word).partition("https://")[2]
    client.force_login(operator)
    page = client.get(f"/{link.partition('/')[2]}")
    assert (page.status_code, "壬子试验陶瓷有限公司" in page.text) == (200, True)
    assert f'href="https://{link}"' in mail.html

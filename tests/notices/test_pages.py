"""Pages of notices and of the outbox."""

from __future__ import annotations

import pytest
from django.test import Client

from keqiao.notices.models import Mail, Notice
from keqiao.parties.models import Person
from tests.personas import Personas


def notice(person: Person, **fields: object) -> Notice:
    return Notice.objects.create(
        person=person, resource="organisations", verb="verify", title="甲辰试验光电有限公司", **fields
    )


def test_notices_page_shows_only_ones_own(client: Client, owner: Person, competitor: Person) -> None:
    notice(owner)
    client.force_login(competitor)
    assert "甲辰试验光电" not in client.get("/notices/").content.decode()
    client.force_login(owner)
    page = client.get("/notices/").content.decode()
    assert "单位“甲辰试验光电有限公司”：核验通过" in page
    assert "1 条未读" in page


def test_opening_a_notice_marks_it_read_and_goes_there(client: Client, owner: Person) -> None:
    first, second = notice(owner, url="/people/"), notice(owner)
    client.force_login(owner)
    response = client.get(f"/notices/{first.pk}/")
    assert (response.status_code, response["Location"]) == (302, "/people/")
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.read_at is not None
    assert second.read_at is None


def test_opening_anothers_notice_is_not_found_and_changes_nothing(
    client: Client, owner: Person, competitor: Person
) -> None:
    row = notice(owner)
    client.force_login(competitor)
    assert client.get(f"/notices/{row.pk}/").status_code == 404
    row.refresh_from_db()
    assert row.read_at is None


def test_mark_all_read_leaves_others_alone(client: Client, owner: Person, competitor: Person) -> None:
    notice(owner), notice(owner), notice(competitor)
    client.force_login(owner)
    assert client.get("/notices/read/").status_code == 405
    client.post("/notices/read/")
    assert Notice.objects.filter(read_at=None).get().person == competitor


@pytest.mark.parametrize("count", [1, 3])
def test_notices_page_asks_the_same_however_many(
    client: Client, owner: Person, django_assert_max_num_queries, count: int
) -> None:
    for _n in range(count):
        notice(owner)
    client.force_login(owner)
    with django_assert_max_num_queries(9):
        client.get("/notices/")


def test_outbox_is_for_operators_of_the_centre(client: Client, personas: Personas) -> None:
    Mail.objects.create(to="lin@example.test", subject="标题", text="正文", state="kept")
    seen = {}
    for name, person in personas.items():
        client.logout()
        if person.is_authenticated:
            client.force_login(person)
        seen[name] = client.get("/outbox/").status_code
    expected = dict.fromkeys(personas, 403) | {"centre_operator": 200, "stranger": 302}
    assert seen == expected


def test_outbox_shows_codes_only_where_they_went_nowhere(client: Client, centre_operator: Person) -> None:
    client.force_login(centre_operator)
    mail = Mail.objects.create(to="a@example.test", subject="验证码", text="135790", is_secret=True)
    assert "135790" not in client.get("/outbox/").content.decode()
    Mail.objects.update(state="kept")
    assert "135790" in client.get("/outbox/").content.decode()
    assert str(mail.pk) in client.get("/outbox/?state=kept").content.decode()


def test_retry_queues_kept_mail_again(client: Client, centre_operator: Person, operator: Person) -> None:
    mail = Mail.objects.create(to="a@example.test", subject="标题", text="正文", state="failed", attempts=7)
    client.force_login(operator)
    assert client.post(f"/outbox/{mail.pk}/retry/").status_code == 403
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("failed", 7)
    client.force_login(centre_operator)
    client.post(f"/outbox/{mail.pk}/retry/")
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("queued", 0)


def test_retry_of_erased_secret_is_left_alone(client: Client, centre_operator: Person) -> None:
    mail = Mail.objects.create(to="a@example.test", subject="验证码", text="", state="failed", is_secret=True)
    client.force_login(centre_operator)
    client.post(f"/outbox/{mail.pk}/retry/")
    mail.refresh_from_db()
    assert mail.state == "failed"

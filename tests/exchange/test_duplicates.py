"""What says nearly the same is shown before publishing: to whom, of what, and why; pages, triage, API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from keqiao.exchange import triage
from keqiao.exchange.duplicates import LONGEST_SHOWN, alike, longest_shared
from keqiao.exchange.models import Achievement, Need
from keqiao.exchange.workflow import ACHIEVEMENT, NEED
from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import run
from keqiao.parties.models import Person
from tests.exchange.conftest import ACHIEVEMENT_CARD, NEED_CARD
from tests.exchange.test_pages import text_of

pytestmark = pytest.mark.django_db


def draft(person: Person, **changes: Any) -> Need:
    return Need.objects.get(pk=run(NEED, None, "create", actor=person, data=NEED_CARD | changes).object_id)


def offer(person: Person, **changes: Any) -> Achievement:
    card = {name: value for name, value in ACHIEVEMENT_CARD.items() if name != "team"} | changes
    return Achievement.objects.get(pk=run(ACHIEVEMENT, None, "create", actor=person, data=card).object_id)


def fragment(person: Person, row: Any, browse: Any) -> str:
    kind = "needs" if isinstance(row, Need) else "achievements"
    return text_of(browse(person).get(f"/{kind}/{row.pk}/alike/"))


def test_the_same_need_of_ones_own_house_says_so(open_need: Need, owner: Person, browse: Any) -> None:
    row = draft(owner)
    found = alike(row, owner)
    assert [(one.row.pk, one.likeness) for one in found] == [(open_need.pk, 100)]
    assert found[0].reason == f"标题相同；同一家单位；都写了“{NEED_CARD['problem'][:LONGEST_SHOWN]}…”"
    page = fragment(owner, row, browse)
    assert "相近 100 %" in page
    assert "标题相同；同一家单位；" in page
    assert f'href="/needs/{open_need.pk}/"' in page


def test_a_reworded_need_of_another_house_shows_what_both_wrote(
    open_need: Need, competitor: Person, browse: Any
) -> None:
    row = draft(competitor, title="红外传感器的消光膜", problem="我们的" + NEED_CARD["problem"] + "欢迎联系。")
    (one,) = alike(row, competitor)
    assert (one.row.pk, one.reason.split("“")[0]) == (open_need.pk, "都写了")
    assert "标题相同" not in one.reason
    assert "同一家单位" not in fragment(competitor, row, browse)


def test_a_copy_without_a_field_or_a_title_is_found_by_its_text(open_need: Need, competitor: Person) -> None:
    row = draft(competitor, title="", fields=[])
    assert [one.row.pk for one in alike(row, competitor)] == [open_need.pk]


def test_a_copied_title_over_another_text_is_like_but_not_the_same(open_need: Need, competitor: Person) -> None:
    row = draft(
        competitor, fields=[], problem="完全另一件事：给养殖场找一种低温下也能工作的水质在线监测仪，要便宜耐用。"
    )
    (one,) = alike(row, competitor)
    assert (one.reason, one.is_same) == ("标题相同", False)


def test_an_empty_draft_is_like_nothing(open_need: Need, competitor: Person, browse: Any) -> None:
    row = Need.objects.get(pk=run(NEED, None, "create", actor=competitor, data={}).object_id)
    assert alike(row, competitor) == []
    assert "<li>" not in fragment(competitor, row, browse)


def test_the_house_of_a_sealed_need_is_not_given_away_by_the_reason(
    triage_need: Need, owner: Person, operator: Person, colleague: Person, competitor: Person
) -> None:
    Need.objects.filter(pk=triage_need.pk).update(levels={"organisation": int(Level.NDA), "contact": int(Level.NDA)})
    run(NEED, triage_need.pk, "publish", actor=operator)
    (for_competitor,) = alike(draft(competitor), competitor)
    assert "同一家单位" not in for_competitor.reason
    (for_colleague,) = alike(draft(colleague), colleague)
    assert "同一家单位" in for_colleague.reason


def test_a_text_that_is_hidden_is_not_compared(open_need: Need, competitor: Person) -> None:
    Need.objects.filter(pk=open_need.pk).update(levels={"problem": int(Level.NDA)}, title="另一个标题")
    row = draft(competitor)
    assert alike(row, competitor) == []


@pytest.mark.parametrize("state", ["draft", "discarded", "returned", "withdrawn", "rejected", "taken_down"])
def test_what_is_not_there_to_be_answered_is_no_duplicate(open_need: Need, owner: Person, state: str) -> None:
    Need.objects.filter(pk=open_need.pk).update(state=state)
    assert alike(draft(owner), owner) == []


@pytest.mark.parametrize("state", ["triage", "information", "open", "in_project", "solved", "expired"])
def test_what_was_handed_in_by_ones_own_house_is(open_need: Need, owner: Person, state: str) -> None:
    Need.objects.filter(pk=open_need.pk).update(state=state)
    assert [one.row.pk for one in alike(draft(owner), owner)] == [open_need.pk]


def test_what_still_waits_in_triage_is_not_shown_to_another_house(
    triage_need: Need, competitor: Person, operator: Person
) -> None:
    row = draft(competitor)
    assert alike(row, competitor) == []
    run(NEED, row.pk, "submit", actor=competitor)
    assert [one.row.pk for one in alike(row, operator)] == [triage_need.pk]


def test_at_most_five_are_shown_the_likest_first(open_need: Need, owner: Person) -> None:
    for number in range(6):
        copy = Need.objects.get(pk=open_need.pk)
        copy.pk, copy._state.adding = None, True
        copy.problem = copy.problem + "补充" * number * 4
        copy.save()
    found = alike(draft(owner), owner)
    assert len(found) == 5
    assert [one.likeness for one in found] == sorted((one.likeness for one in found), reverse=True)


def test_the_same_achievement_is_shown_to_its_author_with_the_reason(
    published_achievement: Achievement, professor: Person, browse: Any
) -> None:
    row = offer(professor)
    page = text_of(browse(professor).get(f"/achievements/{row.pk}/"))
    assert f'hx-get="/achievements/{row.pk}/alike/"' in page
    shown = fragment(professor, row, browse)
    assert published_achievement.title in shown
    assert "标题相同；同一家单位；都写了“以碳纳米管为吸光骨架" in shown


def test_confidential_details_of_an_achievement_are_not_compared(
    published_achievement: Achievement, competitor: Person
) -> None:
    row = offer(competitor, title="别的", summary=ACHIEVEMENT_CARD["details"] * 4)
    assert alike(row, competitor) == []


def test_an_achievement_in_english_is_compared_in_english(
    published_achievement: Achievement, competitor: Person
) -> None:
    text = "Carbon nanotubes absorb light in a film that is sprayed at low temperature in one step."
    Achievement.objects.filter(pk=published_achievement.pk).update(
        title="", summary="", title_en="Black", summary_en=text
    )
    row = offer(competitor, title="", summary="", title_en="A black film", summary_en=text)
    (one,) = alike(row, competitor)
    assert one.reason == f"都写了“{text[:LONGEST_SHOWN]}…”"


def test_triage_gives_the_reason_with_its_suggestion(
    open_need: Need, competitor: Person, operator: Person, browse: Any
) -> None:
    row = draft(competitor)
    run(NEED, row.pk, "submit", actor=competitor)
    suggestion = triage.suggest(Need.objects.get(pk=row.pk), alike(row, operator))
    assert suggestion.verb == "reject"
    assert suggestion.points[0].startswith("标题相同；都写了“")
    page = text_of(browse(operator).get("/triage/"))
    assert "系统建议：不予通过" in page
    assert "几乎相同（100 %）" in page


def test_over_the_api(open_need: Need, competitor: Person, browse: Any) -> None:
    row = draft(competitor)
    (one,) = browse(competitor).get(f"/api/v1/needs/{row.pk}/alike").json()
    assert (one["id"], one["likeness"], one["state"], one["url"]) == (
        open_need.pk,
        100,
        "open",
        f"/needs/{open_need.pk}/",
    )
    assert one["reason"].startswith("标题相同；")


def test_over_the_api_of_achievements(published_achievement: Achievement, professor: Person, browse: Any) -> None:
    row = offer(professor)
    found = browse(professor).get(f"/api/v1/achievements/{row.pk}/alike").json()
    assert [one["id"] for one in found] == [published_achievement.pk]


@pytest.mark.parametrize("path", ["/needs/{}/alike/", "/api/v1/needs/{}/alike"])
def test_a_draft_of_others_is_not_found(path: str, draft_need: Need, competitor: Person, browse: Any) -> None:
    assert browse(competitor).get(path.format(draft_need.pk)).status_code == 404
    assert browse(competitor).get(path.format(10**18 - 1)).status_code == 404
    assert Client().get(path.format(draft_need.pk)).status_code in {302, 404}


@pytest.mark.parametrize("number", [2**63, 2**70])
def test_a_number_that_no_row_can_have_is_not_found(number: int, owner: Person, browse: Any) -> None:
    assert browse(owner).get(f"/api/v1/needs/{number}/alike").status_code == 404


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("吸光率偏低，成本高", "别的事", ""),
        ("外购涂层吸光率偏低", "我们外购涂层吸光率偏低了", "外购涂层吸光率偏低"),
        ("一二三四五六七", "一二三四五六七", ""),
        ("，。外购涂层吸光率\n偏低。", "，。外购涂层吸光率\n偏低。", "外购涂层吸光率 偏低"),
        ("长" * 100, "长" * 100, "长" * 40 + "…"),
        ("", "", ""),
    ],
)
def test_the_longest_stretch_in_both(one: str, other: str, shared: str) -> None:
    assert longest_shared(one, other) == shared

"""Drafts save by themselves, incomplete, at any time; two people or two windows at one card notice each other."""

from __future__ import annotations

import json
import re
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.exchange.workflow import NEED
from keqiao.kernel import journal
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.parties.enums import MembershipRole
from keqiao.parties.models import Membership, Person
from tests.exchange.conftest import ACHIEVEMENT_CARD, ANSWER, NEED_CARD
from tests.exchange.test_pages import posted, text_of

pytestmark = pytest.mark.django_db

AUTOSAVE = {"X-Autosave": "1"}


@pytest.fixture
def asker(owner: Person, company_a: Any, browse: Any) -> Client:
    return browse(owner)


@pytest.fixture
def second_admin(colleague: Person) -> Person:
    """The colleague, who may now edit what belongs to the company."""
    Membership.objects.filter(person=colleague).update(role=MembershipRole.ADMIN)
    return Person.objects.get(pk=colleague.pk)


def version_on(page: Any) -> str:
    """The version that a form would send back."""
    field = re.search(r'<input type="hidden" name="version"[^>]*>', text_of(page))
    assert field is not None
    value = re.search(r'value="(\w+)"', field[0])
    return value[1] if value else ""


def verbs_of(row: Any) -> list[str]:
    return [entry.verb for entry in journal.history(row)]


def said(response: Any) -> str:
    return response.content.decode()


# ---- saving by itself -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource", ["needs", "achievements"])
def test_an_empty_card_is_a_draft(resource: str, asker: Client) -> None:
    saved = asker.post(f"/{resource}/new/", {}, headers=AUTOSAVE)
    assert (saved.status_code, said(saved)) == (204, "")
    model = Need if resource == "needs" else Achievement
    row = model.objects.get()
    assert (str(row.pk), row.state, row.title, verbs_of(row)) == (saved["X-Saved-Id"], "draft", "", ["create"])


@pytest.mark.parametrize(
    ("field", "typed", "label"),
    [
        ("targets", "吸光率", "目标指标"),
        ("budget_maximum", "300", "预算下限、预算上限"),
        ("deadline", "2020-01-01T08:00", "截止时间、时区"),
        ("deadline", "明天", "截止时间、时区"),
        ("region", "火星", "地区"),
        ("fields", "炼金术", "技术领域"),
        ("problem", "长" * 8001, "要解决的问题"),
        ("title", "长" * 121, "标题"),
        ("kind", "nonsense", "需求类型"),
        ("cooperation_modes", "nonsense", "合作方式"),
    ],
)
def test_what_is_not_yet_right_does_not_keep_the_rest_from_being_saved(
    field: str, typed: str, label: str, asker: Client
) -> None:
    card = {"background": "年产红外探测器 2 万只。", "current_state": "多在 95 % 以下", field: typed}
    saved = asker.post("/needs/new/", card, headers=AUTOSAVE)
    assert (saved.status_code, said(saved)) == (200, f"还没有保存：{label}。点保存可以看到原因。")
    need = Need.objects.get()
    assert (need.background, need.current_state) == ("年产红外探测器 2 万只。", "多在 95 % 以下")
    assert (need.targets, need.budget_maximum, need.deadline, need.region, need.fields) == ([], None, None, "", [])


def test_a_field_that_went_wrong_keeps_what_was_saved_of_it(draft_need: Need, asker: Client) -> None:
    card = posted(NEED_CARD) | {"title": "新的标题", "targets": "吸光率 ≥", "budget_maximum": "八十"}
    saved = asker.post(f"/needs/{draft_need.pk}/save/", card, headers=AUTOSAVE)
    assert said(saved) == "还没有保存：目标指标、预算下限、预算上限。点保存可以看到原因。"
    need = Need.objects.get()
    assert (need.title, need.budget_maximum) == ("新的标题", 800_000)
    assert [target["text"] for target in need.targets] == ["吸光率 ≥ 98 %", "耐温 -40~85 ℃（期望）"]
    assert (need.cooperation_modes, need.fields, need.region) == (["development"], ["C3983"], "4201")


def test_amounts_that_contradict_each_other_both_wait(draft_need: Need, asker: Client) -> None:
    card = posted(NEED_CARD) | {"budget_minimum": "90 万元", "background": "新的背景"}
    saved = asker.post(f"/needs/{draft_need.pk}/save/", card, headers=AUTOSAVE)
    assert said(saved) == "还没有保存：预算下限、预算上限。点保存可以看到原因。"
    need = Need.objects.get()
    assert (need.budget_minimum, need.budget_maximum, need.background) == (None, 800_000, "新的背景")


def test_a_readiness_level_waits_for_its_evidence(professor: Person, university: Any, browse: Any) -> None:
    card = {"title": "超黑涂层", "maturity": "6", "maturity_assessor": "检测中心"}
    saved = browse(professor).post("/achievements/new/", card, headers=AUTOSAVE)
    assert said(saved) == "还没有保存：技术就绪度、就绪度依据、评估人或机构、评估日期。点保存可以看到原因。"
    row = Achievement.objects.get()
    assert (row.title, row.maturity, row.maturity_assessor) == ("超黑涂层", None, "")


def test_an_unknown_member_of_the_team_does_not_lose_the_rest(professor: Person, university: Any, browse: Any) -> None:
    card = {"title": "超黑涂层", "team": "nobody@example.test 组长"}
    saved = browse(professor).post("/achievements/new/", card, headers=AUTOSAVE)
    assert said(saved) == "还没有保存：团队成员。点保存可以看到原因。"
    assert list(Achievement.objects.get().members.all()) == []


def test_an_answer_saves_by_itself(open_need: Need, professor: Person, university: Any, browse: Any) -> None:
    card = {"need": open_need.pk, "approach": "碳纳米管阵列", "specifications": "吸光率很高", "maturity": "6"}
    saved = browse(professor).post("/solutions/new/", card, headers=AUTOSAVE)
    assert said(saved) == "还没有保存：能达到的指标、技术就绪度、就绪度依据。点保存可以看到原因。"
    row = Solution.objects.get()
    assert (row.approach, row.specifications, row.maturity, row.state) == ("碳纳米管阵列", [], None, "draft")


def test_an_answer_to_nothing_is_not_saved(open_need: Need, professor: Person, university: Any, browse: Any) -> None:
    before = Entry.objects.count()
    saved = browse(professor).post("/solutions/new/", {"need": 999999, "approach": "x"}, headers=AUTOSAVE)
    assert (saved.status_code, said(saved)) == (422, "有内容需要修改。")
    assert (Solution.objects.count(), Entry.objects.count()) == (0, before)


def test_what_could_not_be_saved_is_said_in_english(owner: Person, company_a: Any) -> None:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(owner)
    saved = client.post("/needs/new/", {"title": "Coating", "targets": "absorption"}, headers=AUTOSAVE)
    assert said(saved) == "Not saved yet: Targets. Press save to see why."


def test_a_draft_saves_by_itself_while_it_is_returned_or_in_triage(
    triage_need: Need, owner: Person, operator: Person, asker: Client
) -> None:
    assert asker.post(f"/needs/{triage_need.pk}/save/", {"title": "初审中"}, headers=AUTOSAVE).status_code == 204
    run(NEED, triage_need.pk, "return", actor=operator, data={"reason": "请补充"})
    assert asker.post(f"/needs/{triage_need.pk}/save/", {"title": "退回后"}, headers=AUTOSAVE).status_code == 204
    assert (Need.objects.get().title, Need.objects.get().state) == ("退回后", "returned")


def test_a_card_that_was_published_meanwhile_says_so_and_keeps_what_is_published(
    triage_need: Need, operator: Person, asker: Client
) -> None:
    run(NEED, triage_need.pk, "publish", actor=operator)
    before = Entry.objects.count()
    saved = asker.post(f"/needs/{triage_need.pk}/save/", {"title": "晚了"}, headers=AUTOSAVE)
    assert (saved.status_code, said(saved)) == (409, "当前状态是“对接中”，不能执行“修改”。")
    assert (Need.objects.get().title, Entry.objects.count()) == (NEED_CARD["title"], before)


def test_what_was_typed_is_not_lost_when_the_card_was_published_meanwhile(
    triage_need: Need, operator: Person, asker: Client
) -> None:
    run(NEED, triage_need.pk, "publish", actor=operator)
    before = Entry.objects.count()
    answer = asker.post(f"/needs/{triage_need.pk}/save/", posted(NEED_CARD) | {"background": "两小时写的背景。"})
    assert answer.status_code == 409
    page = text_of(answer)
    assert "当前状态是“对接中”，不能执行“修改”。" in page
    assert "两小时写的背景。" in page
    assert Entry.objects.count() == before


def test_the_words_of_a_decision_are_not_lost_when_somebody_was_faster(
    triage_need: Need, operator: Person, centre_operator: Person, browse: Any
) -> None:
    run(NEED, triage_need.pk, "publish", actor=centre_operator)
    before = Entry.objects.count()
    answer = browse(operator).post(f"/needs/{triage_need.pk}/return/", {"reason": "请补充年用量与现状数据。"})
    assert answer.status_code == 409
    assert "请补充年用量与现状数据。" in text_of(answer)
    assert (Need.objects.get().state, Entry.objects.count()) == ("open", before)


def test_a_button_that_came_too_late_says_so(triage_need: Need, operator: Person, browse: Any) -> None:
    run(NEED, triage_need.pk, "publish", actor=operator)
    before = Entry.objects.count()
    answer = browse(operator).post(f"/needs/{triage_need.pk}/publish/", {"key": "again"})
    assert answer.status_code == 409
    assert "当前状态是“对接中”，不能执行“通过并发布”。" in text_of(answer)
    assert Entry.objects.count() == before


@pytest.mark.parametrize("person", ["competitor", "professor", "operator", "auditor", "manager"])
def test_nobody_else_saves_a_draft(draft_need: Need, personas: Any, person: str, browse: Any) -> None:
    before = Entry.objects.count()
    answer = browse(personas[person]).post(f"/needs/{draft_need.pk}/save/", {"title": "别人的"}, headers=AUTOSAVE)
    assert answer.status_code == 404
    assert (Need.objects.get().title, Entry.objects.count()) == (NEED_CARD["title"], before)


def test_a_session_that_ended_saves_nothing(draft_need: Need) -> None:
    answer = Client().post(f"/needs/{draft_need.pk}/save/", {"title": "没有登录"}, headers=AUTOSAVE)
    assert answer.status_code == 302
    assert Need.objects.get().title == NEED_CARD["title"]


# ---- two at one card --------------------------------------------------------------------------------------------


def test_the_form_carries_the_version_it_was_filled_in_from(draft_need: Need, asker: Client) -> None:
    page = asker.get(f"/needs/{draft_need.pk}/save/")
    assert len(version_on(page)) == 16
    assert version_on(asker.get(f"/needs/{draft_need.pk}/save/")) == version_on(page)
    assert version_on(asker.get("/needs/new/?blank=1")) == ""


def test_saving_by_itself_goes_on_from_its_own_version(draft_need: Need, asker: Client) -> None:
    version = version_on(asker.get(f"/needs/{draft_need.pk}/save/"))
    for title in ("一", "二", "三"):
        saved = asker.post(
            f"/needs/{draft_need.pk}/save/", posted(NEED_CARD) | {"title": title, "version": version}, headers=AUTOSAVE
        )
        assert (saved.status_code, saved["X-Saved-Version"] == version) == (204, False)
        version = saved["X-Saved-Version"]
    assert Need.objects.get().title == "三"


def test_a_new_card_gets_its_version_when_it_is_first_saved(asker: Client) -> None:
    first = asker.post("/needs/new/", {"title": "半"}, headers=AUTOSAVE)
    need = Need.objects.get()
    card = {"title": "半张卡", "version": first["X-Saved-Version"]}
    assert asker.post(f"/needs/{need.pk}/save/", card).status_code == 302
    assert version_on(asker.get(f"/needs/{need.pk}/save/")) != first["X-Saved-Version"]
    assert Need.objects.get().title == "半张卡"


def test_a_colleague_who_saved_meanwhile_is_noticed(
    draft_need: Need, asker: Client, second_admin: Person, browse: Any
) -> None:
    path = f"/needs/{draft_need.pk}/save/"
    version = version_on(asker.get(path))
    browse(second_admin).post(path, posted(NEED_CARD) | {"title": "同事的标题"})
    before = Entry.objects.count()
    mine = posted(NEED_CARD) | {"background": "我的背景", "version": version}
    answer = asker.post(path, mine)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "您打开之后，同事小周在 " in page
    assert "不同的是：标题、单位背景。" in page
    assert "我的背景" in page
    assert "打开最新内容（新窗口）" in page
    assert 'x-data="autosave"' not in page
    assert (Need.objects.get().title, Need.objects.get().background) == ("同事的标题", NEED_CARD["background"])
    assert Entry.objects.count() == before
    # Saved once more, it is a decision.
    assert asker.post(path, mine | {"version": version_on(answer)}).status_code == 302
    assert (Need.objects.get().title, Need.objects.get().background) == (NEED_CARD["title"], "我的背景")


def test_a_form_saving_by_itself_does_not_decide_for_anybody(
    draft_need: Need, asker: Client, second_admin: Person, browse: Any
) -> None:
    path = f"/needs/{draft_need.pk}/save/"
    version = version_on(asker.get(path))
    browse(second_admin).post(path, posted(NEED_CARD) | {"title": "同事的标题"})
    before = Entry.objects.count()
    saved = asker.post(path, posted(NEED_CARD) | {"version": version, "targets": "写到一半"}, headers=AUTOSAVE)
    assert saved.status_code == 422
    assert said(saved).startswith("您打开之后，同事小周在 ")
    assert (Need.objects.get().title, Entry.objects.count()) == ("同事的标题", before)


def test_ones_own_other_window_is_noticed(draft_need: Need, asker: Client) -> None:
    path = f"/needs/{draft_need.pk}/save/"
    version = version_on(asker.get(path))
    asker.post(path, posted(NEED_CARD) | {"title": "第一个窗口", "version": version})
    answer = asker.post(path, posted(NEED_CARD) | {"title": "第二个窗口", "version": version})
    assert "您打开之后，您自己（在别的窗口里）在 " in text_of(answer)
    assert "不同的是：标题。" in text_of(answer)
    assert Need.objects.get().title == "第一个窗口"


def test_who_wrote_the_same_meanwhile_is_no_matter(
    draft_need: Need, asker: Client, second_admin: Person, browse: Any
) -> None:
    path = f"/needs/{draft_need.pk}/save/"
    version = version_on(asker.get(path))
    card = posted(NEED_CARD) | {"title": "同一个标题"}
    browse(second_admin).post(path, card)
    assert asker.post(path, card | {"version": version}).status_code == 302


def test_what_does_not_touch_the_card_is_no_new_version(open_need: Need, asker: Client, operator: Person) -> None:
    path = f"/needs/{open_need.pk}/edit/"
    version = version_on(asker.get(path))
    Need.objects.filter(pk=open_need.pk).update(staff_note="已电话核实", reject_reason="", share_asked=["yichang"])
    answer = asker.post(path, posted(NEED_CARD) | {"background": "新背景", "version": version})
    assert answer.status_code == 302
    assert Need.objects.get().background == "新背景"


def test_an_edit_of_what_is_published_is_noticed_too(
    open_need: Need, asker: Client, second_admin: Person, browse: Any
) -> None:
    path = f"/needs/{open_need.pk}/edit/"
    version = version_on(asker.get(path))
    browse(second_admin).post(path, posted(NEED_CARD) | {"region": "4205"})
    answer = asker.post(path, posted(NEED_CARD) | {"version": version})
    assert answer.status_code == 422
    assert "不同的是：地区。" in text_of(answer)
    assert Need.objects.get().region == "4205"


def test_two_at_an_achievement(published_achievement: Achievement, professor: Person, browse: Any) -> None:
    client, path = browse(professor), f"/achievements/{published_achievement.pk}/edit/"
    version = version_on(client.get(path))
    card = posted(ACHIEVEMENT_CARD)
    client.post(path, card | {"price_idea": "许可费 90 万元起", "version": version})
    answer = client.post(path, card | {"team": "", "version": version})
    assert answer.status_code == 422
    assert "不同的是：价格设想、团队成员。" in text_of(answer)
    row = Achievement.objects.get()
    assert (row.price_idea, row.members.count()) == ("许可费 90 万元起", 1)


def test_two_at_an_answer(draft_solution: Solution, professor: Person, browse: Any) -> None:
    client, path = browse(professor), f"/solutions/{draft_solution.pk}/save/"
    version = version_on(client.get(path))
    card = posted(ANSWER) | {"need": draft_solution.need_id}
    assert client.post(path, card | {"price_idea": "90 万元", "version": version}).status_code == 302
    answer = client.post(path, card | {"evidence": "新的检测报告，可寄样。", "version": version})
    assert answer.status_code == 422
    assert "不同的是：依据（数据、样品、案例）、价格设想。" in text_of(answer)
    assert "新的检测报告，可寄样。" in text_of(answer)
    assert Solution.objects.get().price_idea == "90 万元"


def test_the_message_is_in_the_readers_language(
    draft_need: Need, owner: Person, second_admin: Person, browse: Any
) -> None:
    path = f"/needs/{draft_need.pk}/save/"
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(owner)
    version = version_on(client.get(path))
    browse(second_admin).post(path, posted(NEED_CARD) | {"title": "同事的标题"})
    page = text_of(client.post(path, posted(NEED_CARD) | {"version": version}))
    assert '<span lang="zh-Hans">同事小周</span> saved at ' in page
    assert "What differs: Title." in page


def test_over_the_api_the_version_may_be_left_out(draft_need: Need, asker: Client) -> None:
    body = json.dumps({"title": "经接口"})
    done = asker.post(f"/api/v1/needs/{draft_need.pk}/save", body, content_type="application/json")
    assert done.status_code == 200
    need = Need.objects.get()
    assert (need.title, need.problem) == ("经接口", NEED_CARD["problem"])


def test_over_the_api_an_old_version_is_refused(draft_need: Need, asker: Client) -> None:
    body = json.dumps({"title": "经接口", "version": "0000000000000000"})
    before = Entry.objects.count()
    answer = asker.post(f"/api/v1/needs/{draft_need.pk}/save", body, content_type="application/json")
    assert answer.status_code == 422
    assert "不同的是：标题。" in answer.json()["errors"]["__all__"][0]
    assert (Need.objects.get().title, Entry.objects.count()) == (NEED_CARD["title"], before)


# ---- the same click twice ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("resource", "card"), [("needs", NEED_CARD), ("achievements", {"title": "超黑涂层"})])
def test_the_same_click_twice_makes_one_card(resource: str, card: dict[str, Any], asker: Client) -> None:
    first = asker.post(f"/{resource}/new/", posted(card) | {"key": "one"})
    again = asker.post(f"/{resource}/new/", posted(card) | {"key": "one"})
    model = Need if resource == "needs" else Achievement
    assert (first.status_code, first["Location"]) == (again.status_code, again["Location"])
    assert (model.objects.count(), Entry.objects.filter(verb="create").count()) == (1, 1)


def test_the_same_save_twice_writes_one_entry(draft_need: Need, asker: Client) -> None:
    path = f"/needs/{draft_need.pk}/save/"
    card = posted(NEED_CARD) | {"title": "改过", "version": version_on(asker.get(path)), "key": "one"}
    assert [asker.post(path, card).status_code for _ in range(2)] == [302, 302]
    assert verbs_of(draft_need) == ["create", "save"]


def test_the_same_hand_in_twice_starts_one_clock(draft_need: Need, asker: Client) -> None:
    answers = [asker.post(f"/needs/{draft_need.pk}/submit/", {"key": "one"}) for _ in range(2)]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, f"/needs/{draft_need.pk}/")}
    assert verbs_of(draft_need) == ["create", "submit"]


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_saving_at_the_same_moment_do_not_overwrite_each_other(
    draft_need: Need, owner: Person, second_admin: Person, browse: Any
) -> None:
    path = f"/needs/{draft_need.pk}/save/"
    start, answers = threading.Barrier(2), {}

    def save(person: Person, background: str) -> None:
        client = browse(person)
        version = version_on(client.get(path))
        start.wait()
        card = posted(NEED_CARD) | {"background": background, "version": version}
        answers[background] = client.post(path, card).status_code
        connection.close()

    threads = [threading.Thread(target=save, args=pair) for pair in ((owner, "甲的背景"), (second_admin, "乙的背景"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers.values()) == [302, 422]
    assert answers[Need.objects.get().background] == 302
    assert verbs_of(draft_need) == ["create", "save"]

"""My desk: what waits for whom, in which words, and what is mine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from keqiao.exchange.enums import NeedState, SolutionState
from keqiao.exchange.models import Solution
from keqiao.parties.enums import OrganisationState
from keqiao.parties.models import Organisation, Person
from keqiao.projects.models import Project
from keqiao.web import desk
from keqiao.web.templatetags import ui
from tests.personas import Personas
from tests.stages import Steps, open_need, propose, published_achievement


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def project(owner: Person, professor: Person, manager: Person) -> Project:
    """Just opened: the manager drafts the contract."""
    need, achievement = open_need(owner, manager), published_achievement(professor)
    return Steps(owner, professor, manager).opened(propose(need, achievement, manager))


def waiting_for(person: Person) -> list[tuple[str, str, str]]:
    return [(task.workflow.name, str(task.row), task.words) for task in desk.tasks(person)]


def test_a_project_waits_for_whose_turn_it_is_with_its_next_step(
    project: Project, owner: Person, professor: Person, manager: Person
) -> None:
    assert waiting_for(manager) == [("projects", "红外探测器用消光涂层", "起草技术合同。")]
    assert waiting_for(owner) == waiting_for(professor) == []
    steps = Steps(owner, professor, manager)
    contract = steps.proposed(project)
    steps.sign(contract, owner)
    assert waiting_for(professor) == [("projects", "红外探测器用消光涂层", "核对合同文本并签署。")]
    assert waiting_for(manager) == waiting_for(owner) == []


def test_an_agreed_proposal_waits_for_whoever_may_open_its_project(
    owner: Person, professor: Person, manager: Person
) -> None:
    proposal = propose(open_need(owner, manager), published_achievement(professor), manager)
    opening = "双方已同意。立项后在项目页面起草合同、排里程碑、登记送样测试。"
    assert waiting_for(owner) == waiting_for(manager) == [("proposals", str(proposal.seen_by(owner)), opening)]
    assert waiting_for(professor) == []
    Steps(owner, professor, manager).opened(proposal)
    assert waiting_for(manager) == [("projects", "红外探测器用消光涂层", "起草技术合同。")]
    assert waiting_for(owner) == []


def test_an_agreed_proposal_under_seal_waits_for_the_agreement_first(
    owner: Person, professor: Person, manager: Person
) -> None:
    propose(open_need(owner, manager), published_achievement(professor), manager, is_sealed=True)
    assert waiting_for(owner) == waiting_for(manager) == []
    assert [words for _name, _row, words in waiting_for(professor)] == ["签署保密协议"]


def test_a_solution_is_called_by_the_need_it_answers(owner: Person, professor: Person, manager: Person) -> None:
    need = open_need(owner, manager)
    Solution.objects.create(
        need=need, contact=professor, node=need.node, state=SolutionState.SUBMITTED, submitted_at=timezone.now()
    )
    assert waiting_for(owner) == [("solutions", "红外探测器用消光涂层", "采纳")]


DRAFTS = [
    ({"title": "", "problem": "粉体受潮结块，" * 9}, "粉体受潮结块，粉体受潮结块，粉体受潮结块，粉体受潮结块..."),
    ({"title": "", "problem": ""}, "（还没有标题）"),
    ({"title": "", "title_en": "Anti-caking agent"}, "Anti-caking agent"),
]


@pytest.mark.parametrize(("fields", "words"), DRAFTS)
def test_a_draft_without_a_title_is_found_by_its_first_words(fields: dict[str, str], words: str, owner: Person) -> None:
    draft = open_need(owner, state=NeedState.DRAFT, published_at=None, **fields)
    assert str(draft.seen_by(owner)) == words
    assert waiting_for(owner) == [("needs", words, "提交给平台初审")]
    assert ui.title_in_language(draft.seen_by(owner)) == words


def test_a_text_that_may_not_be_seen_stands_for_no_title(owner: Person) -> None:
    need = open_need(owner, levels={"problem": 2}, title="")
    assert "粉" not in str(need.at(0))
    assert str(need.at(0)) == "（还没有标题）"


def test_queues_are_counted_for_those_who_have_them(personas: Personas, owner: Person, company_b: Organisation) -> None:
    open_need(owner, state=NeedState.TRIAGE, published_at=None)
    Organisation.objects.filter(pk=company_b.pk).update(state=OrganisationState.UNVERIFIED)
    counts = {name: desk.queues(person) for name, person in personas.items()}
    found = {name: (queue.triage, queue.verification) for name, queue in counts.items() if queue is not None}
    assert found == {
        "operator": (1, 1),
        "other_operator": (0, 0),
        "centre_operator": (1, 1),
        "auditor": (None, 1),
    }
    operator = personas["operator"]
    assert waiting_for(operator) == []


@pytest.mark.parametrize("count", [1, 3])
def test_desk_asks_as_much_for_three_as_for_one(
    count: int, owner: Person, manager: Person, professor: Person, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _number in range(count):
        need = open_need(owner, manager)
        Solution.objects.create(
            need=need, contact=professor, node=need.node, state=SolutionState.SUBMITTED, submitted_at=timezone.now()
        )
    client = Client()
    client.force_login(owner)
    client.get("/desk/")
    with django_assert_num_queries(21):
        page = client.get("/desk/").content.decode()
    assert page.count('class="task"') == count


def test_people_without_anything_are_told_how_to_start(client: Client, competitor: Person, operator: Person) -> None:
    client.force_login(competitor)
    page = client.get("/desk/").content.decode()
    assert "还可以做什么" in page
    assert "有技术难题？" in page
    client.force_login(operator)
    page = client.get("/desk/").content.decode()
    assert "还可以做什么" not in page
    assert "等待初审的需求和成果" in page


def test_own_list_says_states_and_offers_to_go_on(client: Client, owner: Person) -> None:
    draft = open_need(owner, state=NeedState.DRAFT, published_at=None, title="", problem="粉体受潮结块。")
    open_need(owner)
    client.force_login(owner)
    page = client.get("/needs/?mine=1").content.decode()
    assert "粉体受潮结块。" in page
    assert page.count("继续填写") == 1
    assert f"/needs/{draft.pk}/save/" in page


def test_calendar_is_asked_once_for_many_clocks(db: None, django_assert_num_queries: Callable[..., Any]) -> None:
    now = timezone.now()
    with django_assert_num_queries(1):
        for hours in range(5):
            ui.workdays_left(now + timezone.timedelta(hours=hours + 1), "420100")

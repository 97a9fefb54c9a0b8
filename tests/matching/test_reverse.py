"""A new achievement is matched against open needs at once; the owners of fitting needs are told, once."""

from __future__ import annotations

import pytest

from keqiao.kernel import jobs, journal, projections
from keqiao.kernel.access import NotAllowed, NotVisible
from keqiao.kernel.models import Entry
from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import run
from keqiao.matching.models import Match, Proposal
from keqiao.matching.reverse import FLOOR, match_achievement
from keqiao.matching.workflow import MATCHES
from tests.matching.conftest import ABSORPTION, Make, record
from tests.personas import Personas

UNSEEN = {name: int(Level.NDA) for name in ("problem", "current_state", "targets", "organisation")}


def test_publishing_tells_the_owner_of_a_fitting_need(
    make_need: Make, make_achievement: Make, market, indexed, sealed, owner
) -> None:
    need = make_need()
    other = make_need(title="奶粉防结剂", problem="奶粉结块，需要新的防结剂配方。", targets=[], fields=["C14"])
    indexed()
    achievement = make_achievement()
    record(achievement, "publish", before="triage")
    sealed()
    assert jobs.run_waiting() == 1
    match = Match.objects.get()
    assert (match.need, match.achievement, match.state) == (need, achievement, "found")
    assert match.score >= FLOOR
    assert [check["verdict"] for check in match.evidence["checks"]] == ["met"]
    entry = journal.history(match).get()
    assert (entry.verb, entry.actor) == ("find", None)
    assert MATCHES.audiences["owner"](match, entry) == [owner]
    assert other.matches.count() == 0


def test_twice_is_once(make_need: Make, make_achievement: Make, market, indexed) -> None:
    make_need()
    achievement = make_achievement()
    indexed()
    assert match_achievement(achievement.pk) == 1
    assert match_achievement(achievement.pk) == 0
    assert Match.objects.count() == Entry.objects.filter(object_type="match").count() == 1


def test_hidden_words_match_for_their_owner_alone(
    make_need: Make, make_achievement: Make, market, indexed, owner
) -> None:
    need = make_need(title="一种功能涂层", levels=UNSEEN, fields=[], region="")
    achievement = make_achievement(fields=["C26"])
    indexed()
    assert match_achievement(achievement.pk) == 1
    match = Match.objects.get()
    assert match.need == need
    assert "吸光率" in repr(match.seen_by(owner).evidence)


@pytest.mark.parametrize("name", ["competitor", "professor", "other_operator", "stranger"])
def test_others_do_not_know_of_a_match(
    name: str, make_need: Make, make_achievement: Make, market, indexed, personas
) -> None:
    make_need(levels=UNSEEN)
    indexed()
    match_achievement(make_and_index(make_achievement, indexed))
    assert not Match.objects.visible_to(personas[name]).exists()
    with pytest.raises(NotVisible):
        run(MATCHES, Match.objects.get().pk, "take", actor=personas[name])
    assert Match.objects.get().state == "found"


def make_and_index(make_achievement: Make, indexed) -> int:
    achievement = make_achievement()
    indexed()
    return int(achievement.pk)


@pytest.mark.parametrize(("hard", "told"), [(True, 0), (False, 1)])
def test_missed_target_is_not_worth_telling_but_a_missed_wish_is(
    make_need: Make, make_achievement: Make, market, indexed, hard: bool, told: int
) -> None:
    make_need(targets=[ABSORPTION | {"hard": hard}])
    weak = make_achievement(
        summary="8–14 μm 波段吸光率 95%，一步喷涂成膜，适合红外探测器部件量产。",
        specifications=[{"name": "吸光率", "min": 95, "max": 95, "unit": "%"}],
    )
    indexed()
    assert match_achievement(weak.pk) == told


def test_the_sixth_best_is_not_worth_telling(make_need: Make, make_achievement: Make, market, indexed) -> None:
    make_need()
    for number in range(5):
        make_achievement(title=f"红外探测器用消光涂层 {number}")
    weaker = make_achievement(title="涂层", summary="消光涂层", specifications=[], fields=[])
    indexed()
    assert match_achievement(weaker.pk) == 0


def test_own_achievements_and_closed_needs_are_left_out(
    make_need: Make, make_achievement: Make, market, indexed, owner, company_a
) -> None:
    make_need(state="in_project")
    achievement = make_achievement()
    indexed()
    assert match_achievement(achievement.pk) == 0
    make_need()
    own = make_achievement(contact=owner, organisation=company_a)
    indexed()
    assert match_achievement(own.pk) == 0


def test_old_news_is_not_told_again(make_need: Make, make_achievement: Make, market, indexed, sealed) -> None:
    import time_machine as clock

    make_need()
    achievement = make_achievement()
    with clock.travel("2026-01-05 09:00", tick=True):
        record(achievement, "publish", before="triage")
    indexed()
    sealed()
    projections.rebuild("matching")
    assert jobs.run_waiting() == 0


@pytest.fixture
def match(make_need: Make, make_achievement: Make, market, indexed, manager) -> Match:
    make_need(manager=manager)
    match_achievement(make_and_index(make_achievement, indexed))
    return Match.objects.get()


@pytest.mark.parametrize(
    ("name", "state"), [("owner", "accepted_by_need"), ("manager", "proposed"), ("operator", "proposed")]
)
def test_taking_a_match_makes_a_proposal(name: str, state: str, match: Match, personas: Personas) -> None:
    entry = run(MATCHES, match.pk, "take", actor=personas[name])
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.need_id, proposal.achievement_id) == (state, match.need_id, match.achievement_id)
    assert entry.changes["extra"] == {"proposal": proposal.pk}


def test_dismissed_match_is_not_a_candidate_any_more(match: Match, owner) -> None:
    from keqiao.matching.queries import candidates

    need = match.need
    assert candidates(need, owner).achievements[0].row.pk == match.achievement_id
    run(MATCHES, match.pk, "dismiss", actor=owner, data={"code": "cost"})
    assert match.achievement_id not in {one.row.pk for one in candidates(need, owner).achievements}
    assert Match.objects.get().dismiss_reason == "cost"


@pytest.mark.parametrize("verb", ["take", "dismiss"])
@pytest.mark.parametrize("name", ["colleague", "auditor"])
def test_who_may_not_answer_a_match(verb: str, name: str, match: Match, personas: Personas) -> None:
    entries = Entry.objects.count()
    with pytest.raises(NotAllowed):
        run(MATCHES, match.pk, verb, actor=personas[name], data={"code": "cost"})
    assert (Match.objects.get().state, Proposal.objects.count(), Entry.objects.count()) == ("found", 0, entries)


def test_setting_a_candidate_aside(make_need: Make, make_achievement: Make, market, indexed, owner, competitor) -> None:
    need, achievement = make_need(), make_achievement()
    indexed()
    data = {"need": need.pk, "achievement": achievement.pk, "code": "not_related"}
    with pytest.raises(NotAllowed):
        run(MATCHES, None, "set_aside", actor=competitor, data=data)
    assert Match.objects.count() == 0
    run(MATCHES, None, "set_aside", actor=owner, data=data)
    assert (Match.objects.get().state, Match.objects.get().dismiss_reason) == ("dismissed", "not_related")

"""One world with a record of every kind, made by the verbs, with a marker in every field of every level."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.kernel import journal, projections
from keqiao.kernel import workflow as kernel
from keqiao.kernel.access import SYSTEM
from keqiao.kernel.models import CalendarDay
from keqiao.kernel.visibility import OWNER
from keqiao.matching.documents import ACHIEVEMENT, PUBLIC, need_query
from keqiao.matching.evidence import evidence_of
from keqiao.matching.index import engine
from keqiao.matching.models import Grade, Match, Proposal, Ranking, SavedSearch, Shortlisted
from keqiao.parties.models import Membership, Organisation, Person
from keqiao.projects.models import Contract, Income, Milestone, Project
from tests.factories import credit_code
from tests.stages import LUMP_SUM, Steps, pdf, today
from tests.visibility.cast import World, cast
from tests.visibility.filling import fill

SEALED = {"sealed": True}
NEED_LEVELS = dict.fromkeys(("problem", "current_state", "targets", "budget_maximum", "background"), "nda")
ACHIEVEMENT_LEVELS = dict.fromkeys(
    ("advantages", "specifications", "price_idea", "organisation", "contact", "team"), "nda"
)
COMMON = "外购消光涂层吸光率多在百分之九十五以下，工艺流程复杂，成本高，希望找到新的涂层和喷涂工艺。"
WORDS = "材料与工艺说明"


def build() -> World:
    """Everything, sealed and projected."""
    world = World()
    cast(world)
    Maker(world).everything()
    world.refresh()
    fill(world)
    world.refresh()
    return world


class Maker:
    """Runs the verbs as the people whose turn it is."""

    def __init__(self, world: World) -> None:
        self.world, self.rows, self.people = world, world.rows, world.people

    def run(self, resource: str, row: Any, verb: str, actor: str, files: Any = None, **data: Any) -> int:
        who = SYSTEM if actor == "system" else self.world.person(actor)
        pk = None if row is None else self.rows[row].pk
        return kernel.run(kernel.REGISTRY[resource], pk, verb, actor=who, data=data, files=files).object_id

    def word(self, record: str, name: str) -> str:
        return self.world.marks.word(record, name)

    def figure(self, record: str, name: str, lowest: bool = True) -> list[dict[str, Any]]:
        value = self.world.marks.number(record, f"{name}.value")
        return [
            {"name": f"吸光{self.word(record, name)}", "min": value, "max": None if lowest else value, "unit": "nm"}
        ]

    def everything(self) -> None:
        self.exchange()
        self.seal()
        self.matching()
        self.project()
        self.case()
        self.kept()
        self.parties()
        self.seal()

    def seal(self) -> None:
        journal.seal_all(include_running=True)
        projections.catch_up_all()

    # ---- exchange ---------------------------------------------------------------------------------------------

    def need(self, record: str, actor: str, **more: Any) -> None:
        texts = {name: f"{self.word(record, name)} {COMMON}" for name in ("problem", "current_state", "background")}
        low = self.world.marks.number(record, "budget_minimum")
        high = self.world.marks.number(record, "budget_maximum")
        pk = self.run(
            "needs", None, "create", actor,
            title=f"消光涂层{self.word(record, 'title')}", title_en=f"Black coating {self.word(record, 'title_en')}",
            problem_en=f"{self.word(record, 'problem_en')} a black coating that absorbs more and costs less is sought",
            targets=self.figure(record, "targets"), fields=["C3983"], region="4201", cooperation_modes=["development"],
            budget_minimum=f"{low} 万元", budget_maximum=f"{high} 万元", kind="technology", **texts, **more,
        )  # fmt: skip
        self.rows[record] = Need.objects.get(pk=pk)

    def achievement(self, record: str, actor: str, **more: Any) -> None:
        names = ("advantages", "applications", "details", "intellectual_property_note", "maturity_evidence",
                 "maturity_assessor", "price_idea")  # fmt: skip
        texts = {name: f"{self.word(record, name)} {WORDS}" for name in names}
        pk = self.run(
            "achievements", None, "create", actor,
            title=f"低温喷涂{self.word(record, 'title')}", title_en=f"Cold spraying {self.word(record, 'title_en')}",
            summary=f"{self.word(record, 'summary')} {COMMON}",
            summary_en=f"{self.word(record, 'summary_en')} a black coating in one step of spraying at low temperature",
            specifications=self.figure(record, "specifications", lowest=False), fields=["C3983"], region="4201",
            benefits=[{"name": f"节省{self.word(record, 'benefits')}", "unit": "",
                       "formula": f"min({self.world.marks.number(record, 'benefits.value')}, 2)"}],
            intellectual_property="patent_granted", maturity="6", maturity_date=today(), **texts, **more,
        )  # fmt: skip
        self.rows[record] = Achievement.objects.get(pk=pk)

    def hand_in(self, resource: str, record: str, actor: str) -> None:
        self.run(resource, record, "submit", actor)

    def publish(self, resource: str, record: str, actor: str) -> None:
        self.hand_in(resource, record, actor)
        self.run(resource, record, "publish", "operator")

    def solution(self, record: str, need: str, actor: str, **more: Any) -> None:
        names = ("approach", "evidence", "maturity_evidence", "price_idea", "team")
        texts = {name: f"{self.word(record, name)} {COMMON[:30]}" for name in names}
        figures = self.figure(record, "specifications", lowest=False)
        pk = self.run("solutions", None, "create", actor, need=self.rows[need].pk, specifications=figures,
                      maturity="6", **texts, **more)  # fmt: skip
        self.rows[record] = Solution.objects.get(pk=pk)

    def exchange(self) -> None:
        """Needs, achievements and solutions, sealed and unsealed, in several states."""
        for record, actor, more in (
            ("open_need", "owner", {}),
            ("sealed_need", "asker", SEALED | {"levels": NEED_LEVELS}),
            ("withdrawn_need", "owner", {}),
            ("project_need", "owner", {"levels": {"background": "nda"}}),
            ("case_need", "owner", {}),
        ):
            self.need(record, actor, **more)
            self.publish("needs", record, actor)
        self.need("draft_need", "owner")
        self.need("triage_need", "owner")
        self.hand_in("needs", "triage_need", "owner")
        question = f"{self.word('triage_need', 'words:question')}？"
        self.run("needs", "triage_need", "request_information", "operator", question=question)
        self.run("needs", "triage_need", "answer", "owner", answer=self.word("triage_need", "words:answer"))
        self.run("needs", "triage_need", "share", "owner", nodes=["yichang"], consent=True)
        self.need("rejected_need", "owner")
        self.hand_in("needs", "rejected_need", "owner")
        reason = self.word("rejected_need", "words:reason")
        self.run("needs", "rejected_need", "reject", "operator", code="unclear", reason=reason)
        for record in ("open_need", "project_need", "case_need"):
            self.run("needs", record, "assign_manager", "operator", manager=self.people["manager"].pk)
        postdoc = self.people["postdoc"].email
        for record, actor, more in (
            ("open_achievement", "professor", {"team": [f"{postdoc} 制样"]}),
            ("sealed_achievement", "provider", {"levels": ACHIEVEMENT_LEVELS}),
            ("partner_achievement", "partner", {}),
            ("withdrawn_achievement", "partner", {}),
        ):
            self.achievement(record, actor, **more)
            self.publish("achievements", record, actor)
        self.achievement("draft_achievement", "professor")
        self.solution("draft_solution", "open_need", "competitor")
        self.solution("solution", "open_need", "professor", achievement=self.rows["open_achievement"].pk)
        self.run("solutions", "solution", "submit", "professor")
        self.run("solutions", "solution", "ask", "owner", question=f"{self.word('solution', 'dialogue')}？")
        self.run("solutions", "solution", "reply", "professor", reply="可以。")
        self.solution("closed_solution", "withdrawn_need", "partner")
        self.run("solutions", "closed_solution", "submit", "partner")

    # ---- matching ---------------------------------------------------------------------------------------------

    def propose(self, record: str, need: str, achievement: str, actor: str) -> None:
        pair = {"need": self.rows[need].pk, "achievement": self.rows[achievement].pk}
        pk = self.run("proposals", None, "create", actor, note=self.word(record, "note"), **pair)
        self.rows[record] = Proposal.objects.get(pk=pk)

    def matching(self) -> None:
        """Proposals before and after the agreement, matches, grades."""
        self.propose("blind_proposal", "sealed_need", "sealed_achievement", "operator")
        self.propose("signed_proposal", "sealed_need", "partner_achievement", "operator")
        self.run("proposals", "signed_proposal", "accept", "asker")
        self.run("proposals", "signed_proposal", "accept", "partner")
        self.run("proposals", "signed_proposal", "sign_nda", "partner", agree=True)
        self.propose("declined_proposal", "open_need", "partner_achievement", "manager")
        reason = self.word("declined_proposal", "decline_text")
        self.run("proposals", "declined_proposal", "decline", "partner", code="other", reason=reason)
        for record, need in (("match", "open_need"), ("sealed_match", "sealed_need")):
            self.match(record, need, "open_achievement")
        pair = {"need": self.rows["open_need"].pk, "achievement": self.rows["open_achievement"].pk}
        pk = self.run("grades", None, "create", "manager", grade="3", **pair)
        self.rows["grade"] = Grade.objects.get(pk=pk)

    def match(self, record: str, need: str, achievement: str) -> None:
        """What reverse matching finds: weighed by everything that the need says."""
        query = need_query(self.rows[need].at(OWNER))
        hits = engine().search(query, kinds=(ACHIEVEMENT,), audience=(PUBLIC,), limit=20)
        hit = next(hit for hit in hits if hit.id == f"achievement:{self.rows[achievement].pk}")
        pair = {"need": self.rows[need].pk, "achievement": self.rows[achievement].pk}
        pk = self.run("matches", None, "find", "system", evidence=evidence_of(hit, query), **pair)
        self.rows[record] = Match.objects.get(pk=pk)

    # ---- projects ---------------------------------------------------------------------------------------------

    def opened(self, record: str, proposal: str, need: str, achievement: str, actor: str) -> Steps:
        """A project from an agreed proposal."""
        self.propose(proposal, need, achievement, "manager")
        self.run("proposals", proposal, "accept", "owner")
        self.run("proposals", proposal, "accept", actor)
        data = {"proposal": self.rows[proposal].pk, "title": self.word(record, "title")}
        pk = self.run("projects", None, "create", "manager", **data)
        self.rows[record] = Project.objects.get(pk=pk)
        return Steps(self.world.person("owner"), self.world.person(actor), self.world.person("manager"))

    def project(self) -> None:
        """A project with everything in it, and nothing of it public."""
        steps = self.opened("project", "project_proposal", "project_need", "open_achievement", "professor")
        project = self.rows["project"]
        steps.on(project, "agree", steps.asker, agree=True)
        steps.on(project, "agree", steps.provider, agree=True)
        self.contract(steps, project)
        milestone = steps.milestone(project, self.word("milestone", "title"), payment="1000")
        self.rows["milestone"] = milestone
        steps.on(project, "start", steps.manager)
        sample = self.word("project", "rounds.sample")
        steps.on(project, "send_sample", steps.provider, sent_on=today(), sample=sample)
        value = self.world.marks.number("project", "rounds.value") + 500
        self.world.marks.keys[str(value)] = ("project", "rounds.value")
        note = self.word("project", "rounds.note")
        steps.on(project, "measure", steps.asker, self.upload("report", "measure"), received_on=today(),
                 measured_on=today(), value_1=str(value), note=note)  # fmt: skip
        delivered = self.word("milestone", "delivery_note")
        steps.on(milestone, "deliver", steps.provider, self.upload("evidence", "milestone"), delivery_note=delivered)
        steps.on(milestone, "accept", steps.asker)
        steps.on(project, "request_acceptance", steps.provider, request=self.word("project", "acceptance.request"))
        evidence = self.word("project", "acceptance.evidence")
        steps.on(project, "accept", steps.asker, self.upload("file", "acceptance"), verdict="passed", evidence=evidence)
        self.money(steps, project)
        for who, side in ((steps.asker, "asker"), (steps.provider, "provider")):
            steps.on(project, "rate", who, score=5, comment=self.word("project", f"{side}_comment"))
        for reach in ("parties", "staff"):
            steps.on(project, "upload", steps.asker, self.upload("file", reach), reach=reach)

    def upload(self, field: str, name: str) -> dict[str, Any]:
        content = b"%PDF-1.7\n" + self.word("project", f"file:{name}.content").encode() + b"\n%%EOF\n"
        return {field: pdf(f"{self.word('project', f'file:{name}')}.pdf", content)}

    def contract(self, steps: Steps, project: Project) -> None:
        texts = {name: self.word("contract", name) for name in ("title", "subject", "ownership_text", "text",
                                                               "book_inspection", "trial_terms")}  # fmt: skip
        technical = self.world.marks.money("contract", "technical_amount")
        amount = self.world.marks.money("contract", "amount")
        contract = steps.drafted(project, **LUMP_SUM | texts | {"amount": str(amount)})
        self.rows["contract"] = contract
        steps.on(contract, "propose", steps.manager)
        steps.on(contract, "redraft", steps.asker, reason=self.word("contract", "redraft_reason"))
        steps.on(contract, "propose", steps.manager)
        contract.refresh_from_db()
        steps.sign(contract, steps.asker)
        steps.sign(contract, steps.provider)
        steps.on(
            contract, "register", steps.manager, registration_number=self.word("contract", "registration_number"),
            registration_authority=self.word("contract", "registration_authority"), registered_on=today(),
            technical_amount=str(technical),
            rule_version=self.word("contract", "rule_version"),
        )  # fmt: skip

    def money(self, steps: Steps, project: Project) -> None:
        steps.on(project, "record_income", steps.asker, self.upload("evidence", "income"), received_on=today(),
                 amount=str(self.world.marks.money("income", "amount")), note=self.word("income", "note"))  # fmt: skip
        income = self.rows["income"] = Income.objects.get(project=project)
        steps.on(income, "dispute", steps.provider, dispute=self.word("income", "dispute"))
        steps.on(project, "record_reward", steps.provider, recipient=self.word("project", "rewards.recipient"),
                 amount=str(self.world.marks.money("project", "rewards.amount")), paid_on=today(),
                 basis=self.word("project", "rewards.basis"))  # fmt: skip

    def case(self) -> None:
        """A second project that became a public case."""
        steps = self.opened("case", "case_proposal", "case_need", "withdrawn_achievement", "partner")
        project = self.rows["case"]
        steps.contracted(project, title=self.word("case_contract", "title"))
        self.rows["case_contract"] = Contract.objects.get(project=project)
        steps.milestone(project, self.word("case_milestone", "title"))
        self.rows["case_milestone"] = milestone = Milestone.objects.get(project=project)
        steps.on(project, "start", steps.manager)
        steps.measured(project, "9900")
        steps.on(milestone, "deliver", steps.provider, delivery_note=self.word("case_milestone", "delivery_note"))
        steps.on(milestone, "accept", steps.asker)
        steps.on(project, "request_acceptance", steps.provider, request=self.word("case", "acceptance.request"))
        evidence = self.word("case", "acceptance.evidence")
        steps.on(project, "accept", steps.asker, verdict="passed", evidence=evidence)
        for who in (steps.asker, steps.provider):
            steps.on(project, "agree_case", who, agree=True)
        steps.on(project, "publish_case", steps.manager, case_summary=self.word("case", "case_summary"))

    # ---- what people keep, and parties --------------------------------------------------------------------------

    def kept(self) -> None:
        """A shortlist, a saved search, a key; then what they point to is withdrawn."""
        for record, achievement in (
            ("shortlisted", "partner_achievement"),
            ("kept_withdrawn", "withdrawn_achievement"),
        ):
            pk = self.run("shortlist", None, "create", "owner", achievement=self.rows[achievement].pk,
                          note=self.word(record, "note"))  # fmt: skip
            self.rows[record] = Shortlisted.objects.get(pk=pk)
        pk = self.run("saved-searches", None, "create", "owner", name=self.word("saved_search", "name"),
                      query=self.word("saved_search", "query"), filters={"kind": ["need"]})  # fmt: skip
        self.rows["saved_search"] = SavedSearch.objects.get(pk=pk)
        trained = datetime(self.world.marks.year("ranking", "trained_at"), 6, 15, 4, tzinfo=UTC)
        self.rows["ranking"] = Ranking.objects.create(trained_at=trained, state="retired")
        self.rows["token"] = token_of(self.people["owner"], self.word("token", "name"))
        reason = {"reason": self.word("withdrawn_achievement", "words:reason")}
        self.run("achievements", "withdrawn_achievement", "withdraw", "partner", **reason)
        self.run("needs", "withdrawn_need", "withdraw", "owner", reason=self.word("withdrawn_need", "words:reason"))

    def parties(self) -> None:
        """An organisation that was refused, one that waits, somebody who asks to join, somebody invited."""
        day = date(self.world.marks.year("calendar", "day"), 6, 15)
        name = self.word("calendar", "name")
        self.rows["calendar"] = CalendarDay.objects.create(node="wuhan", day=day, is_working=True, name=name)
        for record, code, position in (
            ("refused", 980_001, "membership:refused"),
            ("waiting", 980_002, "membership:waiting"),
        ):
            pk = self.run(
                "organisations", None, "create", "applicant", name=self.word(record, "name"), kind="company",
                credit_code=self.world.marks.own(credit_code(code), record, "credit_code"), node="wuhan",
                position=self.word(position, "position"),
            )  # fmt: skip
            self.rows[record] = Organisation.objects.get(pk=pk)
            self.rows[position] = Membership.objects.get(organisation=pk)
        note = self.word("refused", "verification_note")
        self.run("organisations", "refused", "reject", "operator", reason=note, code="not_operating")
        pk = self.run("memberships", None, "request", "applicant", organisation=self.rows["company_a"].pk,
                      position=self.word("membership:request", "position"))  # fmt: skip
        self.rows["membership:request"] = Membership.objects.get(pk=pk)
        invited = {"email": self.people["postdoc"].email, "position": self.word("membership:invited", "position")}
        self.run("organisations", "company_b", "invite", "competitor", **invited)
        self.rows["membership:invited"] = Membership.objects.get(person=self.people["postdoc"], state="invited")


def token_of(person: Person, name: str) -> Any:
    from keqiao.api.models import AccessToken

    return AccessToken.objects.create(person=person, name=name, digest="0" * 64)

"""The need coach: a pasted text becomes a need card, with what is missing in plain words.

A pure function of the text and the day: no network, no database, no model. Every rule is a word list in
`coach_words` or a figure read by the engine, so that it can be explained and corrected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from keqiao.engine.specs import Figure, figures
from keqiao.engine.text import language
from keqiao.exchange import coach_words as words
from keqiao.exchange import taxonomy
from keqiao.exchange.fields import as_target

LONGEST_TITLE = 40
MOST_TEXT = 8000
MOST_TARGETS = 20


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that would make the need easier to answer: which field, and the question to ask."""

    field: str
    question: Any


@dataclass(slots=True)
class Card:
    """What the coach read. Values are as the need form takes them; `missing` is in order of weight."""

    title: str = ""
    problem: str = ""
    current_state: str = ""
    targets: list[dict[str, Any]] = field(default_factory=list)
    kind: str = "technology"
    fields: list[str] = field(default_factory=list)
    region: str = ""
    budget_minimum: int | None = None
    budget_maximum: int | None = None
    deadline: str = ""
    cooperation_modes: list[str] = field(default_factory=list)
    source_language: str = "zh"
    missing: list[Missing] = field(default_factory=list)

    def as_initial(self) -> dict[str, Any]:
        """The values for the form; English text goes into the English fields."""
        values = {name: getattr(self, name) for name in FORM_FIELDS}
        values["deadline"] = f"{self.deadline}T23:59" if self.deadline else ""
        unit = "CNY" if self.source_language == "en" else "元"
        for name in ("budget_minimum", "budget_maximum"):
            values[name] = f"{values[name]} {unit}" if values[name] else ""
        if self.source_language == "en":
            values |= {"title": "", "title_en": self.title, "problem": "", "problem_en": self.problem}
        return values


FORM_FIELDS = (
    "title", "problem", "current_state", "targets", "kind", "fields", "region", "budget_minimum", "budget_maximum",
    "deadline", "cooperation_modes", "source_language",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of text between commas or stops, with what it is about: `wish`, `present` or neither."""

    start: int
    end: int
    text: str
    role: str


def read(text: str, today: date) -> Card:
    """The card for a text of any length (what is beyond 8,000 characters is left out of the card)."""
    text = text.replace("\r\n", "\n").strip()[:MOST_TEXT]
    clauses = list(clauses_of(text))
    found = figures(text)
    card = Card(problem=text, source_language=language(text) or "zh")
    card.kind = kind_of(text)
    card.title = title_of(text, clauses)
    card.current_state = current_state_of(text, clauses)
    card.targets = targets_of(text, found, clauses)
    card.fields = fields_of(text)
    card.region = region_of(text)
    card.budget_minimum, card.budget_maximum = budget_of(text, found)
    card.deadline = deadline_of(text, today)
    card.cooperation_modes = [mode for mode, said in words.MODE_WORDS.items() if mentions(text, said)]
    card.missing = list(missing_of(card))
    return card


def mentions(text: str, said: tuple[str, ...]) -> bool:
    """Whether one of the words stands in the text; Latin ones in any case, as whole words."""
    return any(position(text, word) >= 0 for word in said)


def position(text: str, word: str) -> int:
    """Where the word first stands, or -1."""
    if not word.isascii():
        return text.find(word)
    match = re.search(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])", text, re.IGNORECASE)
    return match.start() if match else -1


# ---- clauses ----------------------------------------------------------------------------------------------------

STOP = re.compile(r"[。！？!?；;\n]+|\.(?=\s|$)")
PAUSE = re.compile(r"[，,：:]")
THOUSANDS = re.compile(r"\d,\d")


def clauses_of(text: str) -> Iterator[Clause]:
    """Clauses in order. A clause without a word of its own takes the role of the one before it in its sentence."""
    under_heading = False
    for start, end in pieces(text, STOP, 0, len(text)):
        sentence = text[start:end]
        if start and "\n\n" in text[max(0, start - 2) : start]:
            under_heading = False
        if mentions(sentence[:12], words.WISH_HEADING):
            under_heading = True
        role = "wish" if under_heading else ""
        for first, last in pieces(text, PAUSE, start, end):
            role = role_of(text[first:last]) or role
            yield Clause(first, last, text[first:last].strip(), role)


def pieces(text: str, mark: re.Pattern[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches between marks; a comma within a number (`10,000`) does not part."""
    begin = start
    for match in mark.finditer(text, start, end):
        digits = THOUSANDS.match(text, match.start() - 1) if match.start() else None
        if digits:
            continue
        if text[begin : match.start()].strip():
            yield begin, match.start()
        begin = match.end()
    if text[begin:end].strip():
        yield begin, end


def role_of(clause: str) -> str:
    """What a clause is about; a wish outweighs the present, but not a plain “cannot”."""
    if mentions(clause, words.STRONG_PRESENT):
        return "present"
    if mentions(clause, words.PRESENT) and not mentions(clause, words.STRONG_WISH):
        return "present"
    return "wish" if mentions(clause, words.WISH) else ""


# ---- parts of the card --------------------------------------------------------------------------------------------


HEADING = re.compile(r"^(?:需求名称|项目名称|技术需求|标题|title)\s*[:：]\s*", re.IGNORECASE)


def title_of(text: str, clauses: list[Clause]) -> str:
    """A short first line as it is; else the first clause that wishes, without its opening; else the first clause."""
    first_line, _newline, rest = text.partition("\n")
    heading = re.sub(
        r"^(?:需求名称|项目名称|技术需求|标题|title)\s*[:：]\s*", "", first_line.strip(), flags=re.IGNORECASE
    )
    if rest.strip() and 4 <= len(heading) <= LONGEST_TITLE and not STOP.search(heading):
        return heading
    wishes = [clause for clause in clauses if clause.role == "wish" and len(clause.text) >= 6]
    chosen = wishes[0] if wishes else next(iter(clauses), None)
    if chosen is None:
        return ""
    if language(text) == "en":
        return cut(STOP.split(text[chosen.start :], maxsplit=1)[0].strip(), 100, " ")
    title = with_subject(without_opening(chosen.text), chosen, clauses)
    return cut(with_context(title, chosen, clauses), LONGEST_TITLE, "")


POSSESSION = re.compile(r"^(?:外购的?|现有的?|目前的?|我们的?|我司的?|国产|采购的?|使用的?|现用的?)+")


def with_subject(title: str, chosen: Clause, clauses: list[Clause]) -> str:
    """`吸光率达到 98%` says of nothing in particular; `消光涂层吸光率多在 95%`, earlier, says of what."""
    name = next((figure.name for figure in figures(title) if figure.name and title.startswith(figure.name)), "")
    for clause in clauses if name else []:
        subject, found, _rest = clause.text.partition(name)
        subject = POSSESSION.sub("", subject.strip())
        if found and clause is not chosen and 2 <= len(subject) <= 12:
            return f"{subject}{title}"
    return title


def with_context(title: str, chosen: Clause, clauses: list[Clause]) -> str:
    """Very short words say little alone: the clause before them goes along."""
    earlier = clauses[clauses.index(chosen) - 1] if chosen is not clauses[0] else None
    return f"{earlier.text}，{title}" if earlier and len(title) < 8 else title


def without_opening(clause: str) -> str:
    """`我们希望能够提高吸光率` → `提高吸光率`."""
    shorter = clause.strip("“”\"' 　、")
    while opening := next((word for word in words.OPENINGS if shorter.startswith(word)), ""):
        if len(shorter) - len(opening) < 5:
            break
        shorter = shorter.removeprefix(opening).lstrip("，,：: ")
    return shorter


def cut(text: str, size: int, space: str) -> str:
    """At most `size` characters, cut between words where there is a space."""
    if len(text) <= size:
        return text
    short = text[:size]
    return short.rsplit(space, 1)[0] if space and space in short else short


def current_state_of(text: str, clauses: list[Clause]) -> str:
    """The clauses that say how things are, joined where they stood side by side."""
    runs: list[tuple[int, int]] = []
    for clause in clauses:
        if clause.role != "present":
            continue
        if runs and clause.start - runs[-1][1] <= 1:
            runs[-1] = (runs[-1][0], clause.end)
        else:
            runs.append((clause.start, clause.end))
    return "；".join(text[start:end].strip() for start, end in runs)[:2000]


def targets_of(text: str, found: list[Figure], clauses: list[Clause]) -> list[dict[str, Any]]:
    """Figures in clauses that wish; without any, those with a floor or ceiling outside what is said of now."""
    named = [figure for figure in found if figure.name and not is_condition(figure, text)]
    wished = [figure for figure in named if role_at(clauses, figure) == "wish"]
    if not wished:
        open_ended = [f for f in named if f.min is None or f.max is None or f.min != f.max]
        wished = [figure for figure in open_ended if role_at(clauses, figure) != "present"]
    unique = {(f.name, f.min, f.max, f.unit): f for f in wished}
    return [as_target(figure, said(figure, text)) for figure in unique.values()][:MOST_TARGETS]


def said(figure: Figure, text: str) -> str:
    """The figure in the author's own words, when they are few."""
    own = " ".join(text[figure.span[0] : figure.span[1]].split())
    return own if len(own) <= 40 and figure.name in own else ""


def is_condition(figure: Figure, text: str) -> bool:
    """Money and time limits are conditions of the need, not targets of the technology."""
    if figure.unit == "CNY":
        return any(word in figure.name.lower() for word in words.BUDGET) or before(text, figure.span[0], words.BUDGET)
    if figure.name.endswith(("用量", "采购量")):
        return True
    around = text[figure.span[0] : figure.span[1] + 3]
    return figure.unit in {"month", "year", "day", "week"} and bool(TIME_LIMIT.search(around))


TIME_LIMIT = re.compile(r"[月年天日周]\s*(?:之?内|以内|完成|交付|之?前)|within", re.IGNORECASE)


def before(text: str, at: int, said: tuple[str, ...], reach: int = 14) -> bool:
    """Whether one of the words stands shortly before this place."""
    return any(word in text[max(0, at - reach) : at + 2].lower() for word in said)


def role_at(clauses: list[Clause], figure: Figure) -> str:
    """The role of the clause in which the figure's number stands."""
    place = figure.span[1] - 1
    return next((clause.role for clause in clauses if clause.start <= place < clause.end), "")


def kind_of(text: str) -> str:
    """The kind whose words weigh most; technology when in doubt."""
    weight = {
        kind: sum(points for points, said in lists.items() for word in said if position(text, word) >= 0)
        for kind, lists in words.KIND_WORDS.items()
    }
    weight["technology"] += 1.5
    return max(weight, key=lambda kind: (weight[kind], kind == "technology"))


def fields_of(text: str) -> list[str]:
    """Up to three fields: those with most words in the text, early ones first, and names of the classification."""
    weight: dict[str, float] = {}
    for said, codes in words.FIELD_WORDS.items():
        hits = [at for word in said if (at := position(text, word)) >= 0]
        if hits:
            worth = len(hits) + 1 / (1 + min(hits) / 50)
            for rank, code in enumerate(codes):
                weight[code] = weight.get(code, 0) + worth / (1 + rank / 4)
    for code, core in cores():
        if core in text:
            weight[code] = weight.get(code, 0) + len(core) / 3
    return sorted(weight, key=lambda code: (-weight[code], code))[:3]


def cores() -> list[tuple[str, str]]:
    """Industry classes by the word that says what they are about: `锂离子电池制造` → `锂离子电池`."""
    found = []
    for code, term in taxonomy.industries().items():
        core = re.sub(r"(?:专用设备)?(?:制造|加工|生产|开采|种植|服务|活动|业)+$", "", term.name.removeprefix("其他"))
        if len(code) == 5 and len(core) >= 3 and not re.search(r"[、和及其他（(]", core):
            found.append((code, core))
    return found


def region_of(text: str) -> str:
    """The most exact region named in full, or named in short where it cannot be part of something else."""
    best, place = "", len(text)
    for name, code in taxonomy.region_names():
        at = text.find(name)
        if at < 0 or (name not in full_names() and not is_place(text, at, name)):
            continue
        if (len(code), -at) > (len(best), -place):
            best, place = code, at
    return best


def full_names() -> set[str]:
    return {term.name for term in taxonomy.regions().values()}


def is_place(text: str, at: int, name: str) -> bool:
    """A short name (`武汉`) counts unless it begins the name of a university, a road or a brand."""
    after = text[at + len(name) : at + len(name) + 3]
    return not any(after.startswith(word) for word in words.NOT_A_PLACE)


def budget_of(text: str, found: list[Figure]) -> tuple[int | None, int | None]:
    """The first amount of money near a word of budget; a single amount is the most that can be spent."""
    for figure in found:
        if figure.unit == "CNY" and is_condition(figure, text):
            low, high = figure.min, figure.max
            if low is not None and low == high:
                low = None
            return (None if low is None else int(low)), (None if high is None else int(high))
    return None, None


NUMERALS = dict(zip("一二三四五六七八九十", range(1, 11), strict=True)) | {"两": 2, "十二": 12}
ON_DAY = re.compile(r"(20\d\d)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?\s*(?:之?前|截止|为止|以前)")
BY_DAY = re.compile(
    r"(?:截止|截至|不晚于|最迟|before|by|until)[^\d]{0,8}(20\d\d)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})"
)
BY_MONTH = re.compile(r"(20\d\d)\s*年\s*(\d{1,2})\s*月\s*(?:底|末|份)?\s*(?:之?前|完成|交付|截止)")
YEAR_END = re.compile(r"(今年|本年|明年|20\d\d\s*年)\s*年?(?:底|末)")
IN_MONTHS = re.compile(
    r"(\d{1,2}|[一二两三四五六七八九十]{1,2}|半)\s*(个月|年)\s*(?:之?内|以内)"
    r"|within\s+(\d{1,2})\s+(months?|years?)",
    re.IGNORECASE,
)


def deadline_of(text: str, today: date) -> str:
    """The day (ISO) until which an answer or a result is wanted, when the text says one that is still to come."""
    day = dated(text, today) or counted(text, today)
    return day.isoformat() if day and day > today else ""


def dated(text: str, today: date) -> date | None:
    """A deadline given as a date."""
    if match := ON_DAY.search(text) or BY_DAY.search(text):
        return day_of(int(match[1]), int(match[2]), int(match[3]))
    if match := BY_MONTH.search(text):
        return month_end(int(match[1]), int(match[2]))
    if match := YEAR_END.search(text):
        year = {"今年": today.year, "本年": today.year, "明年": today.year + 1}.get(match[1])
        return date(year or int(match[1][:4]), 12, 31)
    return None


def counted(text: str, today: date) -> date | None:
    """A deadline given as a time from now."""
    match = IN_MONTHS.search(text)
    if match is None:
        return None
    number, unit = match[1] or match[3], match[2] or match[4]
    months = 6 if number == "半" else int(number) if number.isdigit() else NUMERALS.get(number, 0)
    months *= 12 if unit[0] in "年yY" and number != "半" else 1
    total = today.year * 12 + today.month - 1 + months
    return month_end(total // 12, total % 12 + 1, today.day) if months else None


def day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_end(year: int, month: int, day: int = 31) -> date | None:
    """That day of the month, or its last one."""
    if not 1 <= month <= 12:
        return None
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day, (after - timedelta(days=1)).day))


# ---- what is missing ----------------------------------------------------------------------------------------------

SCALE = re.compile(r"批量|产量|年产|月产|产能|规模|用量|每年|/年|万件|万台|万吨|batch|per year|volume")


def missing_of(card: Card) -> Iterator[Missing]:
    """What somebody who wants to answer would ask next, the weightiest first."""
    if len(card.problem) < 30:
        yield Missing("problem", _("问题太短：现在怎样，难在哪里，想要什么结果？"))
    if card.kind == "technology":
        yield from missing_of_technology(card)
    if not card.fields:
        yield Missing("fields", _("技术领域：选一到三个，匹配会准得多。"))
    if not card.budget_maximum:
        yield Missing("budget_maximum", _("预算：大约准备投入多少？可以只给注册用户看。"))
    if not card.deadline:
        yield Missing("deadline", _("时间：希望什么时候前得到答复或样品？"))
    if not card.cooperation_modes and card.kind == "technology":
        yield Missing("cooperation_modes", _("合作方式：委托开发、买断、许可，还是共建？"))
    if not card.region:
        yield Missing("region", _("地区：在哪里使用或合作？"))


def missing_of_technology(card: Card) -> Iterator[Missing]:
    if not card.targets:
        yield Missing("targets", _("目标指标：做到多少算解决？写出数值和单位，例如“吸光率 ≥ 98 %”。"))
    if not card.current_state:
        yield Missing("current_state", _("现状：现在能做到多少，试过什么办法？"))
    if not SCALE.search(card.problem):
        yield Missing("problem", _("批量规模：一年用多少，单件成本上限是多少？"))

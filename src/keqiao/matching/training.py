"""Learning a ranking from the grades of staff, in the background, in a process of its own."""

from __future__ import annotations

import contextlib
import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from keqiao.kernel import workflow as kernel
from keqiao.kernel.access import SYSTEM, Refusal
from keqiao.kernel.jobs import every
from keqiao.matching.enums import GradeState, RankingState
from keqiao.matching.grading import training_data
from keqiao.matching.index import HOLDER, IndexBusy
from keqiao.matching.models import Grade, Ranking
from keqiao.matching.ranking import trouble_with

log = logging.getLogger("keqiao.matching")

ENOUGH = 200
"""So many new grades, and a ranking is learnt anew."""
PATIENCE = 1800
"""Seconds after which training is given up."""


class TrainingFailed(Exception):
    """Nothing was learnt; the message is what the learning process said."""


@every("23 * * * *")
def train_when_due() -> None:
    """Learn when there are enough new grades; what cannot be learnt is tried again in an hour."""
    if not is_due():
        return
    try:
        train()
    except (TrainingFailed, Refusal) as trouble:
        log.warning("no ranking was learnt: %s", trouble)


def is_due() -> bool:
    """Whether there are enough new grades, or the newest ranking is in use and cannot be read (after an upgrade)."""
    newest = Ranking.objects.order_by("-pk").first()
    is_lost = newest is not None and newest.state == RankingState.IN_USE and trouble_with(newest) != ""
    return is_lost or new_grades() >= ENOUGH


def new_grades() -> int:
    """Grades in force that were given since the newest one of the last training."""
    last = Ranking.objects.order_by("-pk").first()
    given = Grade.objects.filter(state=GradeState.GIVEN)
    return (given.filter(graded_at__gt=last.counted_until) if last and last.counted_until else given).count()


def train() -> Ranking:
    """Learn from all grades and keep the result; it is put to use if it wins on needs held out.

    Raises:
        TrainingFailed: too few grades, or the process failed.
    """
    newest = Grade.objects.filter(state=GradeState.GIVEN).order_by("-graded_at").first()
    with tempfile.TemporaryDirectory(prefix="keqiao-learn-") as place:
        content, measures = learnt_in(Path(place))
    data = {"content": content, "measures": measures, "counted_until": newest.graded_at if newest else None}
    table = kernel.REGISTRY["rankings"]
    pk = kernel.run(table, None, "train" if measures["wins"] else "file", actor=SYSTEM, data=data).object_id
    if measures["wins"]:
        kernel.run(table, pk, "use", actor=SYSTEM)
    return Ranking.objects.get(pk=pk)


def learnt_in(place: Path) -> tuple[str, dict[str, Any]]:
    """The model and the report on it that `keqiao engine learn` gives, with its files in a folder."""
    grades, model = place / "grades.jsonl", place / "model.json"
    with grades.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in training_data())
    command = [sys.executable, "-m", "keqiao.cli", "engine", "learn", str(grades), "--out", str(model), "--json"]
    try:
        done = subprocess.run(
            [*command, *statistics_in(place)], check=False, capture_output=True, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired as trouble:
        raise TrainingFailed(f"it took longer than {PATIENCE} s") from trouble
    if done.returncode:
        raise TrainingFailed(done.stderr.strip().removeprefix("Error: "))
    return model.read_text(encoding="utf-8"), json.loads(done.stdout)


def statistics_in(place: Path) -> list[str]:
    """How rare terms are in the index, as arguments: from this process, else as the one that has it open saved it."""
    saved = Path(settings.INDEX_PATH) / "statistics.npz"
    with contextlib.suppress(IndexBusy):
        statistics = HOLDER.get().statistics
        saved = place / "statistics.npz"
        if statistics.documents:  # while the index is built anew the graded texts themselves tell it better
            statistics.save(saved)
    return ["--statistics", str(saved)] if saved.exists() else []

"""A match carried to a result: projects and what belongs to them."""

from __future__ import annotations

from keqiao.projects.models.contract import Contract
from keqiao.projects.models.parts import Acceptance, Income, Milestone, Reward, SampleRound
from keqiao.projects.models.project import Project, ProjectPart, parties

__all__ = [
    "Acceptance",
    "Contract",
    "Income",
    "Milestone",
    "Project",
    "ProjectPart",
    "Reward",
    "SampleRound",
    "parties",
]

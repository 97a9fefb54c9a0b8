"""State diagrams drawn from the workflow tables, as Mermaid text for the docs."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils import translation

from keqiao.kernel.workflow import NEW, REGISTRY, Workflow

HEAD = """# {title}

<!-- Drawn from the workflow tables by `keqiao docs diagrams`. Do not edit by hand: `./run check` compares. -->
"""


def diagram(workflow: Workflow[Any]) -> str:
    """One workflow as a Mermaid state diagram; verbs between the same two states share an arrow."""
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for verb in workflow.verbs:
        for source in verb.sources:
            target = source if verb.target is None else verb.target
            if source != target or not verb.quiet:
                arrows[source or "[*]", target or "[*]"].append(str(verb.label))
    lines = ["stateDiagram-v2"]
    lines += [f"    {value}: {label}" for value, label in workflow.states.choices]
    lines += [f"    {source} --> {target}: {' / '.join(labels)}" for (source, target), labels in arrows.items()]
    return "\n".join(lines)


def table(workflow: Workflow[Any]) -> str:
    """The verbs of one workflow as a table of the docs."""
    head = "| verb | 操作 | from | to | who | clocks | tells |\n|---|---|---|---|---|---|---|"
    return "\n".join([head, *(line_of(verb) for verb in workflow.verbs)])


def line_of(verb: Any) -> str:
    """One verb as a line of the table."""
    clocks = [f"▶ {c.name}" for c in verb.starts] + [f"■ {c.name}" for c in verb.stops]
    clocks += [f"‖ {c.name}" for c in verb.pauses] + [f"▷ {c.name}" for c in verb.resumes]
    source = ", ".join(state or "–" for state in verb.sources) if verb.sources != (NEW,) else "–"
    cells = [
        f"`{verb.name}`",
        str(verb.label),
        source,
        verb.target or "=",
        verb.who.name,
        ", ".join(clocks),
        ", ".join(verb.tells),
    ]
    return "| " + " | ".join(cells) + " |"


def page() -> str:
    """Every workflow, in the order of their names."""
    with translation.override("zh-hans"):
        parts = [HEAD.format(title="Workflows · 状态与操作")]
        for name, workflow in sorted(REGISTRY.items()):
            parts.append(
                f"## {name} · {workflow.model._meta.verbose_name}\n\n```mermaid\n{diagram(workflow)}\n```\n\n"
                f"{table(workflow)}\n"
            )
        return "\n".join(parts)

"""Sentences of many fields, written before the rules were made for them: how much is read right.

| file | sentences | figures | F1 as it came | F1 after mending |
|---|---|---|---|---|
| `figures_measured.jsonl` | 218 | 247 | 0.829 | 1.000 |
| `figures_blind.jsonl`, written when the first was read | 60 | 79 | 0.889 | 0.994 |
| `figures_blind_again.jsonl`, written when the second was read | 44 | 63 | 0.896 | 0.992 |
| `figures_thirty_fields.jsonl`, written without sight of the rules | 177 | 334 | 0.764 (0.782: see below) | 0.988 |
| `figures_thirty_fields_again.jsonl`, written when the fourth was read | 71 | 124 | 0.879 | 0.980 |

Ten sentences of the fourth were not as the contract has it and were corrected once most rules had been mended, in
sight of what was read (`年减排 3 万吨` is 3 万吨, the year stays in the name; of a change only the goal counts); 0.782
is the F1 of the old rules on the corrected sentences. The fifth is read with an F1 of 0.836 by the rules from before
the fourth.

A figure is read right when interval (in one unit) and dimension are what was written, and the names share a word.
"""

from __future__ import annotations

import sys

import pytest

from tests.engine.measuring_figures import measured


@pytest.mark.parametrize(
    "name",
    [
        "figures_measured.jsonl",
        "figures_blind.jsonl",
        "figures_blind_again.jsonl",
        "figures_thirty_fields.jsonl",
        "figures_thirty_fields_again.jsonl",
    ],
)
def test_figures_of_sentences_written_before_the_rules(name: str) -> None:
    result = measured(name)
    sys.stdout.write(f"{name}: {result}\n")
    assert result.f1 >= 0.95, str(result)
    assert result.precision >= 0.95, str(result)

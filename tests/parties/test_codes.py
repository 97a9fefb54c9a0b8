"""The unified social credit code: as people type it, and what is said when it is wrong."""

from __future__ import annotations

import pytest

from keqiao.parties.codes import ALPHABET, normalise, problem_of
from tests.factories import credit_code

RIGHT = credit_code(7)


def test_problem_of_right_code_is_empty() -> None:
    assert problem_of(RIGHT) == ""


@pytest.mark.parametrize(
    "typed",
    [
        "919900000000000074",
        " 9199 0000 0000 00007 4 ",
        "９１９９００００００００００００７４",
        "91990000-000000007-4",
        "9199\u00a00000\u30000000\u2003000074",
        "9199–0000–0000–000074",
    ],
)
def test_normalise_takes_code_as_typed(typed: str) -> None:
    assert normalise(typed) == "919900000000000074"


def test_normalise_makes_letters_upper_case() -> None:
    assert normalise("91990000ma5ｋ12345x") == "91990000MA5K12345X"


def test_problem_of_short_code_says_length() -> None:
    assert problem_of("9142010") == "统一社会信用代码应为 18 位，您填写了 7 位。请对照营业执照或法人证书核对。"


@pytest.mark.parametrize(("sign", "hint"), [("I", "1"), ("O", "0"), ("Z", "2"), ("S", "5"), ("V", "U")])
def test_problem_of_excluded_letter_names_place_and_likely_sign(sign: str, hint: str) -> None:
    code = RIGHT[:9] + sign + RIGHT[10:]
    assert problem_of(code) == f"第 10 位“{sign}”不会出现在代码里，是不是“{hint}”？"


def test_problem_of_letter_in_region_names_place() -> None:
    assert problem_of("91A20100000000000X") == "第 3 位“A”应为数字：第 3–8 位是行政区划代码。"


def test_problem_of_emoji_names_place() -> None:
    assert problem_of(RIGHT[:17] + "😀") == "第 18 位“😀”不会出现在代码里，只能是数字或大写字母。"


def test_problem_of_wrong_check_digit_names_both_signs() -> None:
    right = RIGHT[-1]
    wrong = next(sign for sign in ALPHABET if sign != right)
    assert problem_of(RIGHT[:-1] + wrong) == (
        f"校验位不符：按前 17 位，第 18 位应为“{right}”，您填的是“{wrong}”。请逐位核对。"
    )


def test_problem_of_swapped_neighbours_names_their_places() -> None:
    code = credit_code(123456789)
    turned = code[:11] + code[12] + code[11] + code[13:]
    assert problem_of(turned) == "校验位不符。第 12、13 位可能颠倒了，请核对。"


def test_problem_of_every_single_wrong_digit_is_found() -> None:
    for place in range(18):
        for sign in ALPHABET[:10]:
            if sign != RIGHT[place]:
                assert problem_of(RIGHT[:place] + sign + RIGHT[place + 1 :]) != ""

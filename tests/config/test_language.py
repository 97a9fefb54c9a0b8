"""Which language commands speak."""

from __future__ import annotations

import pytest

from keqiao.config.language import of_terminal


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "zh-hans"),
        ({"LANG": "C.UTF-8"}, "zh-hans"),
        ({"LANG": "de_DE.UTF-8"}, "zh-hans"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "KEQIAO_LANGUAGE": "en"}, "en"),
        ({"LANG": "en_US.UTF-8", "KEQIAO_LANGUAGE": "zh-hans"}, "zh-hans"),
        ({"LANG": "en_US.UTF-8", "KEQIAO_LANGUAGE": ""}, "en"),
    ],
)
def test_language_is_that_of_the_terminal(environment: dict[str, str], language: str) -> None:
    assert of_terminal(environment) == language

"""The forms in which texts are compared, of any text: read twice they are the same, and every place is kept."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keqiao.engine.text import canonical, fold, folded, language, tokens, without_markup

PIECES = [
    "消光涂層", "涂层", "ＰＵＥ", "①", "ﬀ", "½", "İ", "ß", "Å", "㎏", "ⅣＡ", "的研究", "产业化", "<p>", "</p>",
    "<script>", "</script>",
    "<!--", "-->", "<style", ">", "<", "&lt;", "&#20;", "&", "&amp", "\0", "\u200b", "\ufeff", "\ud83d",
    "😀", "\u202e", " ", "\n", "5",
]  # fmt: skip
TEXT = st.one_of(st.lists(st.sampled_from(PIECES), max_size=20).map("".join), st.text(max_size=80))
many = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@many
@given(TEXT)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@many
@given(TEXT)
def test_canonical_of_a_canonical_text_is_itself(text: str) -> None:
    once = canonical([without_markup(text)])
    assert canonical([without_markup(one) for one in once]) == canonical(once)


@many
@given(TEXT)
def test_without_markup_every_character_keeps_its_place_or_is_a_space(text: str) -> None:
    clean = without_markup(text)
    assert len(clean) == len(text)
    assert all(new in (old, " ") for new, old in zip(clean, text, strict=True))


@many
@given(TEXT)
def test_places_of_a_folded_text_are_those_of_its_characters(text: str) -> None:
    read = folded(text)
    clean = without_markup(text)
    assert len(read.origin) == len(read.text) + 1
    assert list(read.origin) == sorted(read.origin)
    for place, character in enumerate(read.text):
        assert character in fold(clean[read.origin[place]])


@many
@given(TEXT)
def test_tokens_stand_in_the_text_and_its_language_is_one_of_three(text: str) -> None:
    [form] = canonical([text])
    assert all(token == token.lower() and token.strip() for token in tokens(form))
    assert language(text) in {"", "zh", "en"}


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("<!-- a -->b", "b"), ("<!-- a <!-- b --> c", "c"), ("a <!-- b", "a <!-- b"), ("<!--" * 3, "<!--<!--<!--"),
        ("<script>a</script>b", "b"), ("<script>a<script>b</SCRIPT >c", "c"), ("<script>a", "a"),
        ("<style>a</script>b", "a b"),
        ("<script>a</script>b<script>c", "b c"), ("a<5%，b>3%", "a<5%，b>3%"), ("<b>5</b>", "5"),
    ],
)  # fmt: skip
def test_markup_that_does_not_end_hides_nothing(written: str, left: str) -> None:
    assert " ".join(without_markup(written).split()) == left

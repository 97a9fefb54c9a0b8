"""The personas stand where their names say."""

from __future__ import annotations

from tests.personas import Personas


def test_personas_have_the_standing_of_their_names(personas: Personas, company_a, company_b) -> None:
    owner, colleague = personas["owner"].standing, personas["colleague"].standing
    assert owner.administers == {company_a.pk}
    assert (colleague.organisations, colleague.administers) == ({company_a.pk}, frozenset())
    assert personas["competitor"].standing.administers == {company_b.pk}
    assert personas["manager"].standing.manages == {"wuhan"}
    assert personas["operator"].standing.operates == {"wuhan"}
    assert personas["other_operator"].standing.operates == {"yichang"}
    assert personas["centre_operator"].standing.everywhere
    assert personas["auditor"].standing.everywhere
    assert not personas["auditor"].standing.operates

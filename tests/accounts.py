"""People who can sign in: a password, a confirmed address, an authenticator app."""

from __future__ import annotations

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

from keqiao.parties.models import Person

PASSWORD = "a long pass phrase"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def with_password(person: Person) -> Person:
    """The same person, who can sign in with `PASSWORD`."""
    person.set_password(PASSWORD)
    person.save()
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)  # type: ignore[attr-defined]
    return person


def number(secret: str = SECRET, step: int = 0) -> str:
    """What the app shows now, or `step` half minutes from now."""
    counter = list(yield_hotp_counters_from_time())[1] + step
    return format_hotp_value(hotp_value(secret, counter))

"""The language in which commands speak to whoever types them: that of the terminal."""

from __future__ import annotations

import os
from collections.abc import Mapping

NAMES = ("KEQIAO_LANGUAGE", "LC_ALL", "LANG")
KNOWN = {"zh": "zh-hans", "en": "en"}
"""How a locale begins, and which language of ours that is."""


def of_terminal(environment: Mapping[str, str] = os.environ) -> str:
    """The first of the variables that names a language we speak decides; else Chinese."""
    begins = (environment.get(name, "")[:2].lower() for name in NAMES)
    return next((KNOWN[word] for word in begins if word in KNOWN), KNOWN["zh"])

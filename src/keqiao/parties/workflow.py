"""What can happen to organisations and memberships."""

from __future__ import annotations

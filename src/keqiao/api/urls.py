"""The API at /api/v1/: every workflow's resource, and what rooms add of their own."""

from __future__ import annotations

from keqiao import __version__
from keqiao.api import errors
from keqiao.api.issuing import router as tokens
from keqiao.api.reference import Reference
from keqiao.api.resources import router_of
from keqiao.api.tokens import WRITERS
from keqiao.exchange.api import router as exchange
from keqiao.kernel.workflow import REGISTRY
from keqiao.matching.api import router as matching
from keqiao.observatory.api import router as observatory

api = errors.ProblemAPI(
    title="Keqiao 科桥",
    version=__version__,
    description="An open technology-transfer platform. Every change is a verb of a workflow table.",
    auth=WRITERS,
    urls_namespace="api",
    parser=errors.JsonParser(),
    docs=Reference(),
)
errors.install(api)
api.add_router("/tokens", tokens)
api.add_router("", observatory)
api.add_router("", exchange)
api.add_router("", matching)
for name, workflow in sorted(REGISTRY.items()):
    if name != "tokens":
        api.add_router(f"/{name}", router_of(workflow))

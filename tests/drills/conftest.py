from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from listening import vault
from listening.models import Source
from sandbox.serving import running_sandbox
from tests.base import watchlist
from tests.drills.rig import Rig


@pytest.fixture
def rig(transactional_db: None, tmp_path: Path) -> Iterator[Rig]:
    """A quiet sandbox, a source that asks it, and nothing running yet."""
    with running_sandbox() as address:
        started = Rig(address, tmp_path)
        started.ask_sandbox("quiet", {"on": True})
        watchlist("northfield")
        try:
            yield started
        finally:
            started.stop()


@pytest.fixture
def x(rig: Rig) -> Source:
    return Source.objects.create(
        slug="x",
        name="X",
        kind="x",
        options={"api_url": rig.sandbox_url, "backfill_hours": 1},
        sealed_secrets=vault.seal({"bearer_token": "drill"}),
        poll_every=timedelta(seconds=2),
        next_poll_at=timezone.now(),
    )

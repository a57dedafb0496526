"""Posts that tell who somebody is, from a poll to every screen and every log line: nobody is told there."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import TestCase
from django.urls import reverse

from alerts import defaults, triage
from alerts.models import Case, CaseEvent, Queue, Rule
from dashboard import arrivals
from hospital.models import AuditEntry
from listening.models import Mention, MentionVersion
from tests import base
from tests.listening.polling import page, poll_once
from tests.listening.reading.identifiers.test_cases import TOLD, read
from tests.proof.hostile import OWN

pytestmark = pytest.mark.walk

SHORTEST = 5
"""Of a shorter word a page may hold the same letters for another reason."""

SECRETS = ("Wilhelmina Adeyemi", "555-0143", "7740193")
SAID = "My daughter Wilhelmina Adeyemi was there. Call 555-0143. MRN 7740193"
WORN = [name for name in OWN if name not in ("long", "wide", "half")]


def told() -> list[tuple[str, list[str]]]:
    """Texts, each with what no screen may show."""
    ours = [read(line) for line in TOLD]
    plain = [(text, [value for _, value in found if len(value) >= SHORTEST]) for text, found in ours]
    hostile = [(f"{SAID}.\n{OWN[name][:3000]}", list(SECRETS)) for name in WORN[::2]]
    turned = [(f"{OWN[name][:200]}\n\n{SAID}.", list(SECRETS)) for name in WORN[1::3]]
    return [(f"{text}\nNorthfield", secrets) for text, secrets in (*plain, *hostile, *turned) if secrets]


@contextmanager
def listened() -> Iterator[list[str]]:
    """Every line that is logged, at any level."""
    lines: list[str] = []
    handler = logging.Handler(logging.DEBUG)
    handler.emit = lambda record: lines.append(logging.Formatter().format(record))  # type: ignore[method-assign]
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


class NobodyIsToldTests(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        base.watchlist("northfield")
        Rule.objects.create(name="Every one", position=99, queue=Queue.objects.get(slug="complaints"))
        self.secrets: dict[str, list[str]] = {}
        self.all_secrets: set[str] = set()
        self.told: list[str] = []
        self.client.force_login(base.carla())

    def test_nobody_is_told_on_any_screen_or_in_any_log_line(self) -> None:
        with listened() as lines:
            self.arrive()
            self.walk()
        self.check("the log", "\n".join(lines), self.all_secrets)
        for kept in (CaseEvent.objects.values_list("detail"), AuditEntry.objects.values_list("detail")):
            self.check("the story", str(list(kept)), self.all_secrets)
        self.assertEqual(self.told, [])

    def arrive(self) -> None:
        texts = told()
        self.assertGreater(len(texts), 150)
        everything = [base.post(text, f"told-{at}") for at, (text, _) in enumerate(texts)]
        for start in range(0, len(everything), 50):
            posts = everything[start : start + 50]
            poll = poll_once(page(*posts))
            self.assertEqual((poll.inserted, poll.quarantined), (len(posts), 0))
        self.secrets = {f"told-{at}": secrets for at, (_, secrets) in enumerate(texts)}
        self.all_secrets = {secret for secrets in self.secrets.values() for secret in secrets}
        # Half of them as they were stored before anything was looked for in them.
        Mention.objects.filter(pk__in=list(Mention.objects.values_list("pk", flat=True)[::2])).update(
            identifiers={}
        )
        triage.route_due(base.NOW, limit=1_000)

    def walk(self) -> None:
        for address in ("/", "/?view=wall", "/wall/status/", reverse("case-list"), reverse("case-rows")):
            self.check(address, self.shown(address), self.all_secrets)
        for mention in Mention.objects.order_by("pk")[::5]:
            text, secrets = mention.text, self.secrets[mention.external_id]
            MentionVersion.objects.create(mention=mention, text=text, content_hash="1", replaced_at=base.NOW)
            self.check(text, self.shown(reverse("mention-detail", args=[mention.pk])), secrets)
        for case in Case.objects.select_related("mention").order_by("pk")[::9]:
            secrets = self.secrets[case.mention.external_id]
            for route in ("case-detail", "case-thread"):
                self.check(case.mention.text, self.shown(reverse(route, args=[case.pk])), secrets)
        sent = arrivals.after(0, limit=1_000)
        self.assertEqual(len(sent), len(self.secrets))
        for arrival in sent:
            self.check("the stream", b"".join(arrival.shown.values()).decode(), self.all_secrets)

    def shown(self, address: str) -> str:
        answer = self.client.get(address)
        self.assertEqual(answer.status_code, 200)
        return answer.content.decode()

    def check(self, where: str, page: str, secrets: list[str] | set[str]) -> None:
        for secret in secrets:
            if secret in page and re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", page):
                self.told.append(f"{secret!r} of {where[:80]!r}")

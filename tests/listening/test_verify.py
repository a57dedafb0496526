import io
from datetime import timedelta

from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase
from django.utils import timezone

from alerts import defaults
from alerts.models import Case, Reply
from hospital import audit
from hospital.models import AuditEntry
from listening import stories
from listening.models import Mention, Poll, Story
from tests.base import mention, pete, priya, source


def verify() -> tuple[dict[str, str], bool]:
    """The line of each check, and whether all promises are kept."""
    out = io.StringIO()
    try:
        call_command("verify", stdout=out)
        is_kept = True
    except CommandError:
        is_kept = False
    lines = out.getvalue().splitlines()
    return {line.split(maxsplit=1)[1].split(":")[0]: line for line in lines}, is_kept


def altered(table: str, change: str) -> None:
    """What the database itself refuses is broken without its guard; the test's end rolls it back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} {change}")


class VerifyTests(TestCase):
    def setUp(self) -> None:
        self.now = timezone.now()
        self.mention = mention(processed_at=self.now)
        self.poll = Poll.objects.create(
            source=source(),
            slot=self.now,
            state=Poll.State.DONE,
            fetched=1,
            inserted=1,
        )
        audit.record("test", "nothing", by=None, at=self.now)

    def assert_broken(self, name: str, *, words: str = "") -> None:
        lines, is_kept = verify()
        self.assertFalse(is_kept)
        broken = [each for each, line in lines.items() if line.startswith("FAILED")]
        self.assertEqual(broken, [name])
        self.assertIn(words, lines[name])

    def test_all_is_well(self) -> None:
        lines, is_kept = verify()
        self.assertTrue(is_kept)
        self.assertEqual(len(lines), 10)
        self.assertEqual(lines["stored"], "ok  stored: 1 mentions of 1 sources")

    def test_a_poll_that_does_not_add_up(self) -> None:
        altered("listening_poll", "DROP CONSTRAINT poll_conservation")
        Poll.objects.update(dropped=4)
        self.assert_broken("conservation", words=f"poll {self.poll.pk}")

    def test_a_mention_that_was_lost(self) -> None:
        Mention.objects.all().delete()
        self.assert_broken("stored", words="fake counted 1 and holds 0")

    def test_a_mention_that_is_stored_twice(self) -> None:
        altered("listening_mention", "DROP CONSTRAINT mention_once")
        mention(external_id=self.mention.external_id, processed_at=self.now)
        Poll.objects.update(fetched=2, inserted=2)
        self.assert_broken("once", words=f"fake/{self.mention.external_id}")

    def test_a_wall_number_that_was_given_twice(self) -> None:
        other = mention(processed_at=self.now)
        Poll.objects.update(fetched=2, inserted=2)
        altered("listening_mention", "DROP CONSTRAINT listening_mention_wall_seq_key")
        Mention.objects.filter(pk=other.pk).update(wall_seq=self.mention.wall_seq)
        self.assert_broken("wall numbers", words="1 missing or given twice")

    def test_wall_numbers_that_would_be_given_again(self) -> None:
        Mention.objects.update(wall_seq=10**12)
        self.assert_broken("wall numbers", words="is the last given out")

    def test_a_poll_that_nobody_takes_up(self) -> None:
        Poll.objects.update(state=Poll.State.QUEUED, created_at=self.now - timedelta(seconds=50))
        self.assertTrue(verify()[1])
        Poll.objects.update(created_at=self.now - timedelta(seconds=70))
        self.assert_broken("polls")

    def test_a_poll_whose_worker_died(self) -> None:
        Poll.objects.update(state=Poll.State.RUNNING, lease_until=self.now - timedelta(seconds=70))
        self.assert_broken("polls")

    def test_a_mention_that_no_rule_was_asked_about(self) -> None:
        Mention.objects.update(processed_at=None, collected_at=self.now - timedelta(minutes=4))
        self.assertTrue(verify()[1])
        Mention.objects.update(collected_at=self.now - timedelta(minutes=6))
        self.assert_broken("routing", words=f"mention {self.mention.pk}")

    def test_a_reply_that_hangs_between_sent_and_not(self) -> None:
        case = Case.objects.create(
            mention=self.mention,
            queue=defaults.queue(defaults.UNSORTED),
            priority=10,
            opened_at=self.now,
            due_at=self.now,
        )
        Reply.objects.create(
            case=case,
            author=pete(),
            text="Thank you.",
            state=Reply.State.SENDING,
            approved_by=priya(),
            approved_hash="0" * 64,
            lease_until=self.now - timedelta(minutes=2),
        )
        self.assert_broken("outbox")

    def test_a_story_that_counts_what_it_does_not_hold(self) -> None:
        story = stories.of(self.mention)
        self.assertTrue(verify()[1])
        Story.objects.update(count=3)
        self.assert_broken("stories", words=f"story {story.pk} counts 3 and holds 1")

    def test_an_entry_that_was_changed_behind_our_back(self) -> None:
        altered("hospital_auditentry", "DISABLE TRIGGER USER")
        AuditEntry.objects.update(subject="something else")
        self.assert_broken("audit", words="entry")

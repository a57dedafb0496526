"""The change ledger: what the hospital does otherwise because people spoke up, and whether they were told.

Once a change is made, everybody who asked for it is to be told. A case is settled by a public reply that
left after that, by an outcome in which somebody spoke to them, or by a person who says how or why not.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from alerts import contacts, gate, gatekeeping, outcomes, praise, replies
from alerts.gate import Contacts, GateDown
from alerts.models import Case, CaseEvent, Change, ChangeLink
from alerts.refusals import Refused
from alerts.story import tell
from hospital import audit
from hospital.models import Facility
from listening import threads, wording

Kind = CaseEvent.Kind
How = ChangeLink.How
Status = Change.Status
BY_HAND = (How.BY_HAND, How.PHONE, How.IN_PERSON, How.RELATIONS, How.NOT_POSSIBLE)
"""What a person can say; a public reply of ours is seen by itself."""

FEWEST_WORDS = 3
NO_WHAT = "Say what is to change."
NO_SENTENCE = "Say in a sentence what was done: it is what people will be told."
NOT_YET = "That day is still to come. A change is made when it can be seen."
MADE = "This change has been made already. Change its words below instead."
SETTLED = "Somebody has settled this already."
NO_HOW = "Choose how they were told."
NO_REASON = "Say why it is not possible: whoever reads this later was not here."
STAFF_VOICE = "What a member of staff says is linked to no change: it could lead to who said it."
STOPPED = "The check stops the public line. {why}"
DOUBT = (
    "The check has a doubt about the public line. {why} Say it another way, or tick that you have read it."
)

UNTOLD = ChangeLink.objects.filter(told_at__isnull=True, change__status=Status.MADE)
WAITS = Exists(UNTOLD.filter(case=OuterRef("pk")))
"""Of a case: whether its author is still to be told of a change that was made."""

WHAT_TO_TELL = Subquery(UNTOLD.filter(case=OuterRef("pk")).order_by("id").values("change__done")[:1])


@dataclass(frozen=True)
class Entry:
    """What a person writes into the ledger."""

    what: str
    facility: Facility | None = None
    owner: User | None = None
    due_on: date | None = None
    public_line: str = ""


@transaction.atomic
def create(entry: Entry, *, by: User, at: datetime, is_read: bool = False) -> Change:
    values = _checked(entry, (), is_read=is_read)
    made = Change.objects.create(by=by, at=at, **values)
    audit.record("change.create", f"change {made.pk}", by=by, at=at, what=made.what)
    return made


@transaction.atomic
def edit(change: Change, entry: Entry, *, by: User, at: datetime, is_read: bool = False) -> None:
    current = Change.objects.select_for_update(of=("self",)).get(pk=change.pk)
    values = _checked(entry, _posts(current), is_read=is_read)
    Change.objects.filter(pk=current.pk).update(**values)
    audit.record("change.edit", f"change {current.pk}", by=by, at=at, what=values["what"])


@transaction.atomic
def make(change: Change, *, done: str, made_on: date, by: User, at: datetime, today: date) -> int:
    """It is made: say what was done. Everybody who asked for it is then to be told; how many that is."""
    done = " ".join(wording.storable(done).split())[:500]
    if len(done.split()) < FEWEST_WORDS:
        raise Refused(NO_SENTENCE)
    if made_on > today:
        raise Refused(NOT_YET)
    planned = Change.objects.filter(pk=change.pk, status=Status.PLANNED)
    if not planned.update(status=Status.MADE, done=done, made_on=made_on, made_at=at):
        raise Refused(MADE)
    audit.record("change.make", f"change {change.pk}", by=by, at=at, done=done)
    case_ids = ChangeLink.objects.filter(change=change, told_at__isnull=True).values_list(
        "case_id", flat=True
    )
    for case_id in case_ids.order_by("case_id"):
        tell(case_id, Kind.TELL, by=by, at=at, change=change.pk, done=done)
    return len(case_ids)


@transaction.atomic
def link(case: Case, change: Change, *, by: User, at: datetime) -> ChangeLink:
    """Say that this case asked for it."""
    current = Case.objects.select_for_update(of=("self",)).select_related("queue", "mention").get(pk=case.pk)
    if current.is_staff_voice:
        raise Refused(STAFF_VOICE)
    found, is_new = ChangeLink.objects.get_or_create(
        case=current, change=change, defaults={"by": by, "at": at}
    )
    if not is_new:
        raise Refused("It is linked to this change already.")
    tell(current.pk, Kind.CHANGE, by=by, at=at, change=change.pk, what=change.what)
    if change.status == Status.MADE:
        tell(current.pk, Kind.TELL, by=by, at=at, change=change.pk, done=change.done)
    return found


@transaction.atomic
def link_new(case: Case, entry: Entry, *, by: User, at: datetime) -> ChangeLink:
    return link(case, create(entry, by=by, at=at), by=by, at=at)


@transaction.atomic
def settle(link: ChangeLink, *, how: str, note: str, by: User, at: datetime) -> None:
    """A person told the author, or says why nobody can."""
    note = " ".join(wording.storable(note).split())[:300]
    if how not in BY_HAND:
        raise Refused(NO_HOW)
    if how == How.NOT_POSSIBLE and not note:
        raise Refused(NO_REASON)
    replies.lock_case(link.case_id)
    if not _set_told(UNTOLD.filter(pk=link.pk), how, note, by, at):
        raise Refused(SETTLED)
    tell(link.case_id, Kind.TOLD, by=by, at=at, change=link.change_id, how=how, note=note)


def note_told(case_id: int, how: str, *, by: User | None, at: datetime) -> None:
    """A reply left, or somebody spoke to them: inside the transaction of that, and once for each change."""
    if how not in {How.REPLY, *outcomes.REACHED}:
        return
    waiting = UNTOLD.filter(case_id=case_id)
    for change_id in list(waiting.values_list("change_id", flat=True)):
        _set_told(waiting.filter(change_id=change_id), how, "", by, at)
        tell(case_id, Kind.TOLD, by=by, at=at, change=change_id, how=how)


def _set_told(links: QuerySet[ChangeLink], how: str, note: str, by: User | None, at: datetime) -> int:
    return links.update(told_at=at, told_by=by, told_how=how, told_note=note)


def _checked(entry: Entry, posts: tuple[str, ...], *, is_read: bool) -> dict[str, object]:
    """The entry as it is stored; its public line has been through the gate, beside the posts that asked."""
    values = _stored(entry)
    if not values["what"]:
        raise Refused(NO_WHAT)
    if values["public_line"]:
        _check_line(str(values["public_line"]), posts, is_read=is_read)
    return values


def _stored(entry: Entry) -> dict[str, object]:
    # A complaint about somebody is not carried into the ledger by name.
    what = " ".join(praise.to_role(wording.storable(entry.what)).split())[:300]
    public_line = " ".join(wording.storable(entry.public_line).split())[:280]
    return {
        "what": what,
        "facility": entry.facility,
        "owner": entry.owner,
        "due_on": entry.due_on,
        "public_line": public_line,
    }


def _check_line(line: str, posts: tuple[str, ...], *, is_read: bool) -> None:
    listed = Contacts.of(contacts.listed())
    try:
        said = gate.check(line, "", posts, contacts=listed, own_names=gatekeeping.own_names())
    except GateDown:
        raise Refused(gatekeeping.DOWN) from None
    if said.is_blocked:
        raise Refused(STOPPED.format(why=said.worst.why))
    if said.reasons and not is_read:
        raise Refused(DOUBT.format(why=said.worst.why))


def _posts(change: Change) -> tuple[str, ...]:
    asked = Case.objects.filter(change_links__change=change).order_by("-id").select_related("mention")
    return tuple(threads.words(case.mention.title, case.mention.text) for case in asked[: gate.THREAD])

"""What a point of an agenda must be, before it stands there: its form, its way of voting, what it amends or sets."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coopter.governance.models import AgendaItem, Assembly
from coopter.governance.queries.sittings import get_item, statutes_of
from coopter.governance.rules.kinds import AssemblyMode, BallotMethod, ItemForm, ItemState
from coopter.governance.rules.motions import Motion, kind_of
from coopter.values.refusal import Refusal
from coopter.values.texts import clean_line

MOST_SEATS, MOST_CANDIDATES = 100, 200


class ItemTitleMissing(Refusal):
    """Donnez un titre à ce point de l’ordre du jour."""


class SeatsMissing(Refusal):
    """Une élection a au moins un siège à pourvoir : indiquez combien."""


class CandidatesMissing(Refusal):
    """Écrivez au moins un nom de candidat, un par ligne, sans le répéter."""


class ReportIsNotVoted(Refusal):
    """Un point d’information ne se vote pas et n’emporte aucune décision : choisissez « résolution »."""


class ElectionCarriesNothing(Refusal):
    """Une élection n’emporte pas d’autre décision : proposez-la dans une résolution à part."""


class PersonsSecret(Refusal):
    """Les statuts veulent un scrutin secret pour les personnes : choisissez le vote secret."""


class AmendsNothing(Refusal):
    """Un amendement porte sur une résolution de la même assemblée qui n’est pas encore au vote."""


class NoAmendmentInWriting(Refusal):
    """Une consultation écrite vote tous ses points en même temps : on n’y amende rien. Intégrez ce changement au texte
    de la résolution, ou réunissez-vous."""


class NoHandsInWriting(Refusal):
    """Une consultation écrite ne se vote pas à main levée : choisissez l’appel nominal, où chacun répond depuis chez
    soi, ou le bulletin secret."""


@dataclass(frozen=True, slots=True)
class ItemDetails:
    """What is typed of a point; `majority` "" is the first of the rules, `motion` what it sets when adopted."""

    title: str
    body: str = ""
    form: ItemForm = ItemForm.RESOLUTION
    method: BallotMethod = BallotMethod.SHOW_OF_HANDS
    majority: str = ""
    seats: int = 0
    candidates: tuple[str, ...] = ()
    amends_id: int | None = None
    motion: Motion | None = None


def checked_item(row: Assembly, details: ItemDetails, *, item_id: int | None = None) -> ItemDetails:
    """The same point, cleaned, once it holds in this assembly; raises the refusal that says what to put right."""
    title = clean_line(details.title)
    if not title:
        raise ItemTitleMissing()
    candidates = tuple(name for one in details.candidates if (name := clean_line(one, most=120)))
    checked = replace(details, title=title, body=details.body.strip()[:50_000], candidates=candidates)
    if details.form is not ItemForm.ELECTION:
        checked = replace(checked, seats=0, candidates=())
    _check_form(checked)
    _check_rules(row, checked)
    if details.amends_id is not None:
        amended = get_item(details.amends_id)
        same = amended.assembly_id == row.id and amended.id != item_id and amended.amends_id is None
        if not same or amended.state is not ItemState.PENDING or details.form is not ItemForm.RESOLUTION:
            raise AmendsNothing()
        if row.mode is AssemblyMode.CONSULTATION:
            raise NoAmendmentInWriting()
    if details.motion is not None:
        kind_of(details.motion.kind).check(details.motion)
    return checked


def _check_form(details: ItemDetails) -> None:
    if details.form is ItemForm.REPORT and details.motion is not None:
        raise ReportIsNotVoted()
    if details.form is not ItemForm.ELECTION:
        return
    if details.motion is not None:
        raise ElectionCarriesNothing()
    if not 1 <= details.seats <= MOST_SEATS:
        raise SeatsMissing()
    names = details.candidates
    if not 1 <= len(names) <= MOST_CANDIDATES or len(set(names)) != len(names):
        raise CandidatesMissing()


def _check_rules(row: Assembly, details: ItemDetails) -> None:
    statutes = statutes_of(row)
    if statutes is not None and details.form is ItemForm.RESOLUTION:
        statutes.majority(details.majority)
    check_method(row, details, details.method)


def check_method(row: Assembly, point: AgendaItem | ItemDetails, method: BallotMethod) -> None:
    """Raise PersonsSecret or NoHandsInWriting for a way of voting that this point may not have."""
    if point.form is ItemForm.REPORT:
        return
    statutes = statutes_of(row)
    if row.mode is AssemblyMode.CONSULTATION and method is BallotMethod.SHOW_OF_HANDS:
        raise NoHandsInWriting()
    if statutes is None or point.form is not ItemForm.ELECTION:
        return
    if statutes.persons_secret and method is not BallotMethod.SECRET:
        raise PersonsSecret()

"""How the hours' room says no."""

from __future__ import annotations

from collections.abc import Mapping

from coopter.hours.rules.records import EntryKey, EntryRecord, Typed
from coopter.values.refusal import Conflict, Refusal


class MonthLocked(Refusal):
    """Le mois %(month)s est clos : ses heures ne changent plus. Saisissez la différence dans un mois ouvert."""


class HoursNotConfirmed(Refusal):
    """Le mois %(month)s ne peut pas être clos : il reste des heures à confirmer (lignes : %(lines)s, durée :
    %(hours)s). Demandez leur confirmation, ou confirmez-les vous-même avec un motif."""


class DayTooLong(Refusal):
    """Le %(day)s compterait %(hours)s, toutes structures comprises : une journée n'a que 24 h. Corrigez une des
    durées de ce jour."""


class DayNotYetWorked(Refusal):
    """Le %(day)s est après la fin de la semaine en cours : saisissez ces heures quand elles auront été faites."""


class EntryConfirmed(Refusal):
    """Les heures du %(day)s sont déjà confirmées. Demandez à la structure ou à la coordination de les rouvrir en les
    contestant, puis corrigez-les."""


class LoggedBySomebodyElse(Refusal):
    """Les heures du %(day)s ont été saisies par %(name)s : confirmez-les, ou contestez-les avec un motif, mais ne les
    réécrivez pas."""


class NotInThisState(Refusal):
    """Les heures du %(day)s ont changé d'état entre-temps. Relisez la page, puis recommencez."""


class ReasonMissing(Refusal):
    """Écrivez le motif : il sera visible des personnes concernées et inscrit au journal."""


class NothingToSubmit(Refusal):
    """Aucune heure de cette semaine n'attend d'être envoyée. Saisissez des heures, puis envoyez la semaine."""


class NothingToConfirm(Refusal):
    """Aucune ligne n'a été choisie. Cochez les heures à confirmer, puis recommencez."""


class WeekRefused(Refusal):
    """Des cases de la semaine sont à revoir (nombre : %(count)s). Rien n'a été enregistré et votre saisie est gardée :
    corrigez ces cases, puis enregistrez."""

    def __init__(self, *, refusals: Mapping[EntryKey, Refusal], count: int | None = None) -> None:
        self.refusals = dict(refusals)
        super().__init__(refusals=self.refusals, count=len(self.refusals))


class WeekConflict(Conflict):
    """Quelqu'un d'autre a modifié les mêmes heures pendant que vous les saisissiez. Rien n'a été écrasé : comparez les
    deux saisies, choisissez, puis enregistrez."""

    def __init__(self, *, cells: Mapping[EntryKey, tuple[Typed, EntryRecord | None]]) -> None:
        self.cells = dict(cells)
        super().__init__(
            cells=self.cells,
            mine={key.worked_on.isoformat(): typed.minutes for key, (typed, _) in cells.items()},
            theirs={key.worked_on.isoformat(): now.minutes if now else 0 for key, (_, now) in cells.items()},
        )

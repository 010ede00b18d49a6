"""What a check may find: one sentence per kind of fault, the first bad row of each kind, and how many follow it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coopter.values.refusal import Refusal


class EntryMissing(Refusal):
    """La chaîne du journal est interrompue : l'entrée %(expected)s est attendue et l'entrée %(found)s est trouvée."""


class EntryAltered(Refusal):
    """L'entrée %(sequence)s du journal a été modifiée : son contenu ne correspond plus à son empreinte."""


class EntryUnlinked(Refusal):
    """L'entrée %(sequence)s du journal ne suit pas celle qui la précède : une entrée a été remplacée."""


class TailCut(Refusal):
    """La fin du journal manque : sa tête annonce l'entrée %(announced)s, la dernière trouvée est %(found)s."""


class AnchorBroken(Refusal):
    """L'ancre notée ailleurs (entrée %(sequence)s) ne correspond pas : le journal a été récrit depuis."""


class PaperDisagrees(Refusal):
    """La facture %(number)s porte l'ancre « %(anchor)s », qui n'est pas dans le journal : il a été récrit depuis. La
    facture sur papier ou en PDF chez le membre fait foi."""


class ChainStray(Refusal):
    """Le journal contient une chaîne (%(chain)s) qui n'est celle d'aucun groupement."""


class SealMissing(Refusal):
    """Un scellé de l'entrée %(sequence)s du journal a disparu (position %(position)s)."""


class SealAltered(Refusal):
    """Un scellé de l'entrée %(sequence)s du journal a été modifié (position %(position)s)."""


class SealStray(Refusal):
    """Un scellé a été ajouté à l'entrée %(sequence)s du journal, qui ne l'annonce pas (position %(position)s)."""


class RowAltered(Refusal):
    """Table %(table)s, ligne %(row_id)s : son contenu n'est plus celui qui a été scellé par l'entrée %(sequence)s."""


class RowMissing(Refusal):
    """Table %(table)s, ligne %(row_id)s : elle a été supprimée ou déplacée depuis qu'elle a été scellée par l'entrée
    %(sequence)s."""


class RowUnsealed(Refusal):
    """Table %(table)s, ligne %(row_id)s : elle n'est pas scellée, donc elle n'a pas été écrite par CoopTer."""


class RowUnreadable(Refusal):
    """Table %(table)s, ligne %(row_id)s : une valeur n'est plus lisible."""


class InvoiceWrong(Refusal):
    """La facture %(number)s ne tombe pas juste : ses lignes, sa TVA et ses totaux ne s'accordent plus."""


class MonthUnbalanced(Refusal):
    """%(month)s : %(one)s fait %(one_amount)s € et %(other)s fait %(other_amount)s €, au lieu de la même somme."""


class CloseMissing(Refusal):
    """%(month)s : il y a des parts ou des factures, mais le mois n'a pas été clos."""


class CloseRepeated(Refusal):
    """%(month)s a été clos %(count)s fois au lieu d'une."""


class NumbersBroken(Refusal):
    """Série %(series)s de %(year)s : le numéro %(expected)s est attendu et %(found)s est trouvé."""


class CallUnissued(Refusal):
    """Appel n° %(call)s (%(name)s %(year)s) : aucune pièce ne le demande, alors qu'il était à émettre le jour même.
    Remède : ouvrez l'appel et émettez ce qui manque."""


class CallTwice(Refusal):
    """Appel n° %(call)s (%(name)s %(year)s) : %(count)s pièces en vigueur le demandent au lieu d'une."""


class CallDiffers(Refusal):
    """Appel n° %(call)s (%(name)s %(year)s) : il est de %(amount)s € et sa pièce %(number)s porte %(said)s €."""


class RunUnbalanced(Refusal):
    """%(name)s %(year)s : l'appel annonce %(total)s € et ses parts font %(sum)s €."""


class DueWithoutCall(Refusal):
    """La pièce %(number)s demande une contribution qu'aucun appel ne fonde."""


class PaymentElsewhere(Refusal):
    """Le paiement n° %(payment)s est noté pour un autre membre que celui de la pièce %(number)s."""


class DocumentMissing(Refusal):
    """La facture %(number)s n'a pas de document, et plus rien ne l'attend. Remède : coopter documents render."""


class DocumentDamaged(Refusal):
    """Le document de la facture %(number)s manque ou a été modifié sur le disque (%(name)s). Restaurez-le d'une
    sauvegarde."""


class TextDamaged(Refusal):
    """Le document du texte « %(title)s », version %(number)s, ou l'une de ses annexes, manque ou a été modifié sur le
    disque (%(name)s). Restaurez-le d'une sauvegarde."""


class ProofDamaged(Refusal):
    """Un fichier joint comme preuve, « %(name)s », manque ou a été modifié sur le disque (%(digest)s). Restaurez-le
    d'une sauvegarde."""


class EffectMissing(Refusal):
    """La facture %(number)s n'a pas sa ligne dans la file des envois : son document n'a jamais été demandé."""


class DatabaseDamaged(Refusal):
    """La base de données est abîmée : %(words)s. Restaurez la dernière sauvegarde."""


class ReferenceBroken(Refusal):
    """Table %(table)s, ligne %(row_id)s : elle renvoie à une ligne de %(parent)s qui n'existe pas."""


class WallMissing(Refusal):
    """La base a perdu une protection : le déclencheur %(name)s manque ou est désactivé."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A kind of fault in a table: the sentence about its first bad row, and how many other rows have the same."""

    refusal: Refusal
    table: str
    row_id: int | None
    others: int = 0

    @property
    def kind(self) -> str:
        """The fault's name, for programs."""
        return type(self.refusal).__name__

    def __str__(self) -> str:
        return f"{self.refusal} (et {self.others} autres)" if self.others else str(self.refusal)


class Findings:
    """Gathers what the checks find, in the order of the checks; the first of each kind and table is told."""

    def __init__(self) -> None:
        self._found: dict[tuple[type[Refusal], str], Finding] = {}

    def add(self, refusal: Refusal, *, table: str, row_id: int | None = None) -> None:
        """Note one bad row."""
        key = type(refusal), table
        known = self._found.get(key)
        self._found[key] = replace(known, others=known.others + 1) if known else Finding(refusal, table, row_id)

    @property
    def listed(self) -> tuple[Finding, ...]:
        """What was found."""
        return tuple(self._found.values())

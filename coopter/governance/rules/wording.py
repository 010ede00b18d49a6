"""Rules and results in plain sentences, made from the data alone: what a member reads is what is counted."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from coopter.governance.rules.colleges import CollegeMethod, EmptyCollege
from coopter.governance.rules.statutes import CountedOn, Majority, MajorityBase, Quorum, Statutes
from coopter.values.refusal import Words

PARTS = {
    Fraction(1, 2): Words("la moitié"),
    Fraction(1, 3): Words("le tiers"),
    Fraction(1, 4): Words("le quart"),
    Fraction(1, 5): Words("le cinquième"),
    Fraction(1, 10): Words("le dixième"),
    Fraction(2, 3): Words("les deux tiers"),
    Fraction(3, 4): Words("les trois quarts"),
    Fraction(4, 5): Words("les quatre cinquièmes"),
    Fraction(1): Words("la totalité"),
}
BASES = {
    MajorityBase.CAST: Words("des voix exprimées"),
    MajorityBase.PRESENT: Words("des voix des présents et représentés"),
    MajorityBase.ALL: Words("des voix de tous les membres"),
}


def part(fraction: Fraction) -> Words:
    """A part in words: « les deux tiers », « 3/7 »."""
    return PARTS.get(fraction) or Words("%(over)s/%(under)s", over=fraction.numerator, under=fraction.denominator)


def percent(value: Fraction) -> Words:
    """Per cent with two decimals at most, half up, in the reader's language: 715/12 is « 59,58 % »."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return Words("%(percent)s\u00a0%%", percent=exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def rules_in_words(statutes: Statutes) -> tuple[Words, ...]:
    """Every rule that these statutes set, a sentence each, in the order of an assembly."""
    return (*_calling(statutes), *_majorities(statutes), *_proxies(statutes), *_rights(statutes), *_colleges(statutes))


def quorum_in_words(quorum: Quorum) -> Words:
    """What must be there."""
    if not quorum.fraction:
        return Words("Aucun quorum n’est demandé.")
    facts = {"part": part(quorum.fraction), "whom": _whom(quorum), "how": _how(quorum)}
    if quorum.strictly:
        return Words("Quorum : plus de %(part)s %(whom)s, %(how)s.", **facts)
    return Words("Quorum : au moins %(part)s %(whom)s, %(how)s.", **facts)


def majority_in_words(majority: Majority) -> Words:
    """What adopts."""
    facts = {"label": majority.label, "part": part(majority.threshold), "base": BASES[majority.base]}
    if majority.threshold == 1:
        return Words("%(label)s : la totalité %(base)s.", **facts)
    if majority.strictly:
        return Words("%(label)s : plus de %(part)s %(base)s.", **facts)
    return Words("%(label)s : au moins %(part)s %(base)s.", **facts)


def _whom(quorum: Quorum) -> Words:
    if quorum.per_college:
        heads, weights = Words("des membres de chaque collège"), Words("des voix de chaque collège")
    else:
        heads, weights = Words("des membres qui ont le droit de vote"), Words("des voix qui ont le droit de vote")
    return weights if quorum.on is CountedOn.WEIGHTS else heads


def _how(quorum: Quorum) -> Words:
    return Words("présents ou représentés") if quorum.with_proxies else Words("présents, sans compter les pouvoirs")


def _calling(statutes: Statutes) -> list[Words]:
    said = []
    if statutes.convened_by:
        said.append(Words("Qui convoque : %(who)s.", who=statutes.convened_by))
    if statutes.notice_days:
        said.append(Words("La convocation part au moins %(days)s jours avant.", days=statutes.notice_days))
    said.append(quorum_in_words(statutes.quorum))
    if statutes.quorum.fraction:
        said.append(_second(statutes.second_quorum))
    return said


def _second(quorum: Quorum | None) -> Words:
    if quorum is None:
        return Words("Si le quorum manque, rien n’est décidé : pas de seconde convocation.")
    if not quorum.fraction:
        return Words("Si le quorum manque, une seconde convocation décide sans quorum.")
    return Words("Si le quorum manque, une seconde convocation demande au moins %(part)s.", part=part(quorum.fraction))


def _majorities(statutes: Statutes) -> list[Words]:
    said = [majority_in_words(one) for one in statutes.majorities]
    for one in statutes.majorities:
        if one.blank_counts:
            said.append(Words("%(label)s : les votes blancs comptent parmi les exprimés.", label=one.label))
        if one.abstentions_count:
            said.append(Words("%(label)s : les abstentions comptent parmi les exprimés.", label=one.label))
    if statutes.casting_vote:
        said.append(Words("À égalité des voix, celle de la présidence départage."))
    else:
        said.append(Words("À égalité des voix, la résolution est rejetée."))
    return said


def _proxies(statutes: Statutes) -> list[Words]:
    if statutes.most_proxies == 0:
        return [Words("Personne ne peut voter par pouvoir.")]
    if statutes.most_proxies is None:
        said = [Words("On peut donner pouvoir ; le nombre de pouvoirs par personne n’est pas limité.")]
    elif statutes.most_proxies == 1:
        said = [Words("On peut donner pouvoir ; une personne n’en porte qu’un.")]
    else:
        said = [Words("On peut donner pouvoir ; une personne en porte %(most)s au plus.", most=statutes.most_proxies)]
    if statutes.proxies_in_college:
        said.append(Words("Le pouvoir se donne à quelqu’un de son collège."))
    if statutes.open_proxies:
        said.append(Words("Un pouvoir sans nom va à une personne présente qui peut encore en porter."))
    return said


def _rights(statutes: Statutes) -> list[Words]:
    rules = (
        (statutes.membership_needed, Words("Votent les membres du groupement à la date fixée par la convocation.")),
        (statutes.dues_needed, Words("Il faut être à jour de sa cotisation pour voter.")),
        (statutes.one_head_one_vote, Words("Chaque membre a une voix.")),
        (not statutes.one_head_one_vote, Words("Le nombre de voix de chacun est celui de son siège.")),
        (statutes.remote_vote, Words("Le vote à distance est permis.")),
        (not statutes.remote_vote, Words("On vote sur place : les statuts ne prévoient pas le vote à distance.")),
        (statutes.persons_secret, Words("Les personnes sont élues à bulletin secret.")),
        (statutes.scic, Words("C’est une SCIC : un associé, une voix dans son collège, quel que soit son capital.")),
    )
    return [words for holds, words in rules if holds]


def _colleges(statutes: Statutes) -> list[Words]:
    if not statutes.colleges:
        return []
    said = [Words("Collège %(label)s : %(weight)s des voix.", label=one.label, weight=percent(one.weight))
            for one in statutes.colleges]  # fmt: skip
    said.append(
        Words("Le poids d’un collège se partage à proportion de ses voix pour et contre.")
        if statutes.college_method is CollegeMethod.PROPORTIONAL
        else Words("Le poids d’un collège va en entier à son choix majoritaire.")
    )
    said.append(
        Words("Le poids d’un collège qui ne vote pas se répartit entre les autres.")
        if statutes.empty_college is EmptyCollege.REDISTRIBUTED
        else Words("Le poids d’un collège qui ne vote pas est perdu.")
    )
    return said

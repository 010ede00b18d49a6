"""The study through its pages: who sees whom, what moves when the formula does, what is saved, proposed and told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coopter.contributions.commands import formulas as acts
from coopter.contributions.commands import variants
from coopter.contributions.commands.variants import VariantDetails
from coopter.contributions.queries import formulas as queries
from coopter.contributions.queries.study import members_called, study_of
from coopter.contributions.queries.variants import variants_of
from coopter.contributions.rules.curves_bars import bars
from coopter.contributions.rules.formulas import Case, Formula, ProRata, Tier
from coopter.contributions.rules.kinds import Base, Product
from coopter.contributions.rules.study import balance_of, tried
from coopter.governance import queries as governance
from coopter.governance.rules.kinds import AssemblyState
from coopter.values.actor import Role
from coopter.values.money import Money
from tests import factories as a
from tests.contributions.study_scene import AT, NAMES, Cluster, a_cluster, declared
from tests.contributions.test_formulas_decisions import an_assembly

D2 = Formula(
    base=Base.TURNOVER, tiers=(Tier(3000, 10_000_000), Tier(2000, 50_000_000), Tier(1000)), cap=Money(300_000),
    pro_rata=ProRata.DAYS,
)  # fmt: skip
FLAT = Formula(fixed=Money(15_000))
BUDGET = Formula(
    base=Base.TURNOVER, budget=Money(300_000), floor=Money(5_000), cap=Money(120_000), pro_rata=ProRata.DAYS
)
TYPED = {
    "mode": "rate", "base": "turnover", "basis_year": "previous", "period": "year", "pro_rata": "days",
    "rounding": "cent", "vat": "outside", "upto_0": "100 000", "rate_0": "0,3", "upto_1": "500 000", "rate_1": "0,2",
    "rate_last": "0,1", "cap": "3 000",
}  # fmt: skip
FRAGMENT = {"HX-Request": "true"}


@dataclass
class Site:
    app: Flask
    cluster: Cluster

    def browser(self, role: Role, *, structure: int | None = None) -> FlaskClient:
        own = None if structure is None else self.cluster.structures[structure]
        return a.signed_in(self.app.test_client(), a.a_person(role, structure=own))

    @property
    def study(self) -> str:
        return f"/cap-cooperation/contributions/{self.cluster.contribution}/etude"

    @property
    def page(self) -> str:
        return f"/cap-cooperation/contributions/{self.cluster.contribution}"

    def save(self, name: str, formula: Formula, *cases: Case) -> int:
        details = VariantDetails(name, formula, cases)
        anne, contribution = self.cluster.anne, self.cluster.contribution
        return variants.save_variant(anne, contribution_id=contribution, details=details, at=AT)

    def in_force(self, formula: Formula, year: int = 2026) -> None:
        made = self.save(f"Depuis {year}", formula)
        variants.decide_variant(self.cluster.anne, variant_id=made, from_on=date(year, 1, 1), at=AT)


@pytest.fixture
def site(app: Flask) -> Iterator[Site]:
    with a_cluster() as cluster:
        yield Site(app, cluster)


def plain(text: str) -> str:
    """A page's text as a test writes it."""
    return text.replace("\u202f", " ").replace("\xa0", " ").replace("&#39;", "'")


def test_each_member_before_and_after_with_winners_losers_and_concentration(site: Site) -> None:
    """Issue 4 §2, golden D2 on last year's figures."""
    site.in_force(FLAT)
    text = plain(site.browser(Role.COORDINATOR).get(site.study, query_string=TYPED).text)
    for name, _turnover in NAMES:
        assert name in text.replace("&#39;", "’")
    assert "1 342,32 €" in text and "+1 192,32 €" in text and "600,00 €" in text and "-26,40 €" in text
    assert "42,8 %" in text and "76,7 %" in text  # the largest, and the first three
    assert "3 structures paieraient moins" in text and "5 plus" in text
    assert "Il manque 1 342,32 €" in text
    assert "0,3 % jusqu’à 100 000,00 €" in text and "Sans TVA" in text


def test_the_fragment_alone_comes_back_when_the_formula_changes(site: Site) -> None:
    anne = site.browser(Role.COORDINATOR)
    whole = anne.get(site.study, query_string=TYPED)
    part = anne.get(site.study, query_string={**TYPED, "cap": "500"}, headers=FRAGMENT)
    assert part.text.lstrip().startswith('<div id="results"') and "<html" not in part.text
    assert "Personne ne paie plus de 500,00 €" in plain(part.text)
    assert 'hx-target="#results"' in whole.text and "Recalculer" in whole.text
    assert re.search(r'<form action="[^"]+/etude#results" method="get"', whole.text)
    assert 'role="img"' in part.text and "<title id=" in part.text and "stroke-dasharray" not in whole.text
    assert not re.search(r"\sstyle=|<script>", part.text)


def test_charts_have_words_patterns_and_their_table(site: Site) -> None:
    site.in_force(FLAT)
    beside = [site.save("Budget", BUDGET)]
    text = site.browser(Role.COORDINATOR).get(site.study, query_string={**TYPED, "avec": beside}).text
    assert text.count('class="curve curve-') == 6  # three lines, each with its sample in the key
    assert "stroke-dasharray" in text and "<pattern id=" in text
    assert 'aria-labelledby="curve-title curve-desc"' in text and "La courbe en tableau" in text


def test_three_variants_side_by_side_and_an_impossible_one_says_why(site: Site) -> None:
    site.in_force(FLAT)
    beside = [site.save("Budget", BUDGET), site.save("Hors de portée", replace(BUDGET, budget=Money(5_000_000)))]
    text = plain(site.browser(Role.COORDINATOR).get(site.study, query_string={**TYPED, "avec": beside}).text)
    assert "3 000,00 €" in text and "« Hors de portée » est impossible avec ces chiffres" in text
    assert "il manque 40 9" in text  # 50 000 less eight caps, one of them for half a year
    typed = {**TYPED, "mode": "budget", "budget": "100", "floor": "50"}
    alone = plain(site.browser(Role.COORDINATOR).get(site.study, query_string=typed).text)
    assert "Avec ces chiffres, la formule est impossible" in alone and "planchers de 8 membres" in alone


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rate_last": "beaucoup"}, "n'est pas un nombre"),
        ({"base": ""}, "choisissez la base"),
        ({"upto_0": "500 000", "upto_1": "100 000"}, "Les tranches montent"),
        ({"floor": "5 000"}, "Le plancher (5 000,00 €) dépasse le plafond"),
        ({"mode": "budget"}, "Dites combien il faut réunir"),
        ({"due_0": "31/02", "part_0": "100"}, "n'existe pas au calendrier"),
        ({"upto_0": ""}, "Jusqu’à quel chiffre"),
        ({"base": "other"}, "Dites quel est ce chiffre"),
    ],
)
def test_what_is_typed_amiss_is_told_and_nothing_is_computed(site: Site, change: dict[str, str], words: str) -> None:
    answer = site.browser(Role.COORDINATOR).get(site.study, query_string={**TYPED, **change}, headers=FRAGMENT)
    assert answer.status_code == 200 and words in plain(answer.text) and "Réuni en" not in answer.text


def test_bases_in_other_units_and_every_option_are_read(site: Site) -> None:
    declared(site.cluster.structures[0], Base.OTHER, 120_000)
    typed = {
        **TYPED, "base": "other", "named": "repas servis", "upto_0": "", "rate_0": "", "upto_1": "", "rate_1": "",
        "rate_last": "0,25", "cap": "", "fixed": "10", "period": "month", "exempt_first": "y", "exempt_headcount": "3",
        "exempt_figure": "5", "rounding": "euro", "vat": "grouping", "due_0": "31/03", "part_0": "50",
        "due_1": "30/09", "part_1": "50",
    }  # fmt: skip
    text = plain(site.browser(Role.COORDINATOR).get(site.study, query_string=typed).text)
    assert "0,25 € l’unité sur son chiffre « repas servis »" in text and "10,00 € par mois" in text
    assert "420,00 €" in text  # twelve times ten, and 1 200 meals
    assert "50 % le 31/03, 50 % le 30/09" in text and "arrondi à l’euro" in text
    assert "7 structures sans chiffre connu" in text or "6 structures sans chiffre connu" in text
    hours = {**TYPED, "base": "hours-used", "upto_0": "100", "rate_0": "0,5", "upto_1": "", "rate_1": ""}
    assert "0,5 € par heure jusqu’à 100 h" in plain(
        site.browser(Role.COORDINATOR).get(site.study, query_string=hours).text
    )


def test_types_have_their_own_fixed_part(site: Site) -> None:
    acts.set_member_types(site.cluster.anne, types={site.cluster.structures[0].id: "Entreprise"}, at=AT)
    typed = {**TYPED, "base": "", "upto_0": "", "rate_0": "", "upto_1": "", "rate_1": "", "rate_last": "", "cap": "",
             "fixed": "100", "type_0": "400"}  # fmt: skip
    text = plain(site.browser(Role.COORDINATOR).get(site.study, query_string=typed).text)
    assert "Entreprise 400,00 €, les autres 100,00 €" in text and "1 050,41 €" in text  # the last for 184 days


def test_a_member_sees_its_own_amount_and_nobody_elses(site: Site) -> None:
    """Issue 4 §2 and §3: figures are confidential to roles; the same page, for itself."""
    site.in_force(FLAT)
    site.save("Par tranches", D2)
    site.save("Budget", BUDGET)
    own = site.browser(Role.REPRESENTATIVE, structure=1)
    text = plain(own.get(site.study, query_string={**TYPED, "avec": [1, 2]}).text)
    assert "Atelier vélo Cycle d" in text and "600,00 €" in text and "250 000,00 €" in text
    assert "0,2 % sur 150 000,00 €" in text and "</span>450,00 €" in text  # step by step, and the change
    assert "(la vôtre en est)" in text and 'class="chart-mark mark-1"' in text
    for name, turnover in (*NAMES[:1], *NAMES[2:]):
        assert name.replace("’", "&#39;") not in text and name not in text
        assert plain(f"{Money(turnover)}") not in text
    assert 'name="rate_last"' not in text and "Enregistrer la variante" not in text
    others = site.cluster.structures[0].id
    assert own.get(site.study, query_string={"structure": others}).status_code == 404
    assert "742 318,55" not in plain(own.get(site.study, headers=FRAGMENT).text)
    page = plain(own.get(site.page).text)
    assert "Par tranches" in page and "Cas et décision" not in page and "742 318" not in page


def test_a_small_grouping_shows_no_distribution(app: Flask) -> None:
    grouping = a.a_grouping()
    with a.inside(grouping):
        anne = a.actor(grouping, Role.COORDINATOR)
        rows = [a.a_structure(f"P{number}") for number in range(5)]
        made = acts.create_contribution(anne, name="Cotisation", product=Product.MEMBERSHIP_FEE, at=AT)
        variants.save_variant(anne, contribution_id=made, details=VariantDetails("Forfait", FLAT), at=AT)
        person = a.a_person(Role.REPRESENTATIVE, structure=rows[0])
    text = a.signed_in(app.test_client(), person).get(f"/cap-cooperation/contributions/{made}/etude").text
    assert "150,00" in text and "Combien de structures" not in text


@pytest.mark.parametrize(
    ("role", "study", "index", "variant", "types"),
    [(Role.COORDINATOR, 200, 200, 200, 200), (Role.TREASURER, 200, 200, 200, 200), (Role.AUDITOR, 200, 200, 200, 200),
     (Role.REPRESENTATIVE, 200, 200, 403, 403), (Role.EMPLOYEE, 403, 403, 403, 403)],
)  # fmt: skip
def test_who_may_open_what(site: Site, role: Role, study: int, index: int, variant: int, types: int) -> None:
    """R7, R8."""
    saved = site.save("Par tranches", D2)
    browser = site.browser(role, structure=0 if role is Role.REPRESENTATIVE else None)
    room = "/cap-cooperation/contributions"
    assert browser.get(site.study).status_code == study
    assert browser.get(room).status_code == index
    assert browser.get(f"{site.page}/variantes/{saved}").status_code == variant
    assert browser.get(f"{room}/types").status_code == types
    writes = role is Role.COORDINATOR
    seen = browser.get(room).text
    assert ("Nouvelle contribution" in seen) is writes
    for address in (room, f"{site.page}/variantes", f"{site.page}/variantes/{saved}/inscrire", f"{room}/types"):
        assert (browser.post(address, data={}).status_code == 403) is not writes


def test_saved_from_the_page_corrected_and_opened_again(site: Site) -> None:
    anne = site.browser(Role.COORDINATOR)
    page = anne.get(site.study, query_string=TYPED).text
    (kept,) = re.findall(r'name="formula" value="([^"]*)" form="keep"', page)
    kept = kept.replace("&#34;", '"')
    sent = {"name": "Par tranches", "formula": kept, "as": "new"}
    assert anne.post(f"{site.page}/variantes", data=sent).status_code == 303
    (saved,) = variants_of(site.cluster.contribution)
    assert saved.formula == D2
    again = anne.get(site.study, query_string={"variante": saved.id}).text
    assert re.search(r'name="upto_1"[^>]*value="500\u202f000"', again) and "Enregistrer « Par tranches »" in again
    changed = {**sent, "formula": kept.replace('"cap": 300000', '"cap": 50000'), "as": "same",
               "variant_id": saved.id, "version": saved.version}  # fmt: skip
    anne.post(f"{site.page}/variantes", data=changed)
    (edited,) = variants_of(site.cluster.contribution)
    assert (edited.id, edited.formula.cap, edited.version) == (saved.id, Money(50_000), 2)
    for wrong in ({**sent, "formula": "{"}, {**sent, "formula": "[]"}, sent, {**changed, "version": 1}):
        assert anne.post(f"{site.page}/variantes", data=wrong, follow_redirects=True).status_code == 200
    assert len(variants_of(site.cluster.contribution)) == 1
    taken = anne.post(f"{site.page}/variantes", data=sent, follow_redirects=True).text
    assert "existe déjà ici" in taken and re.search(r'name="upto_1"[^>]*value="500\u202f000"', taken)  # nothing is lost
    other = acts.create_contribution(site.cluster.anne, name="Autre", product=Product.VOLUNTARY, at=AT)
    assert anne.get(f"/cap-cooperation/contributions/{other}/variantes/{saved.id}").status_code == 404
    assert anne.get(f"/cap-cooperation/contributions/{other}/etude?variante={saved.id}").status_code == 404


def test_cases_are_typed_played_and_stop_a_proposal(site: Site) -> None:
    anne, saved, assembly = site.browser(Role.COORDINATOR), site.save("Par tranches", D2), an_assembly(site.cluster)
    page = f"{site.page}/variantes/{saved}"
    rows = {"version": 1, "figure_0": "250 000", "expected_0": "600", "figure_1": "742 318,55", "days_1": "184",
            "expected_1": "676,60", "figure_2": "", "expected_2": ""}  # fmt: skip
    assert anne.post(page, data=rows).status_code == 303
    shown = plain(anne.get(page).text)
    assert "Ne passe pas" in shown and "676,68 €" in shown and "742 318,55" in shown
    voting = {"year": "2027", "vote": str(assembly)}
    refused = anne.post(f"{page}/proposer", data=voting)
    assert refused.status_code == 422 and "Le cas n° 2 ne donne pas ce qui est attendu" in plain(refused.text)
    assert anne.post(page, data={**rows, "expected_1": "676,68"}).status_code == 409  # R22: the version has moved
    assert anne.post(page, data={**rows, "version": 2, "expected_1": "676,68"}).status_code == 303
    done = anne.post(f"{page}/proposer", data=voting)
    assert done.status_code == 303 and done.location.endswith(f"/{assembly}")
    agenda = plain(anne.get(done.location).text)
    assert "« Quote-part d’activité » : nouvelle formule à partir de 2027" in agenda
    assert "Au vote : Assemblée de novembre" in plain(anne.get(page).text)
    assert anne.post(page, data={**rows, "version": 4, "figure_1": "x"}).status_code == 422
    assert [one.state for one in governance.assemblies_for(site.cluster.anne)] == [AssemblyState.DRAFT]


def test_written_down_as_already_decided_then_in_force_in_words(site: Site) -> None:
    anne, saved = site.browser(Role.COORDINATOR), site.save("Par tranches", D2)
    sent = {"year": "2026", "decided_by": "AG du 12/12/2025", "vote": ""}
    assert anne.post(f"{site.page}/variantes/{saved}/inscrire", data=sent).status_code == 303
    text = plain(anne.get(site.page).text)
    assert (
        "AG du 12/12/2025" in text and "0,2 % de 100 000,00 € à 500 000,00 €" in text and 'class="chart-lines"' in text
    )
    index = plain(anne.get("/cap-cooperation/contributions").text)
    assert "En vigueur" in index and "Appeler « Quote-part d’activité » pour 2026" in index
    removed = anne.post(f"{site.page}/variantes/{saved}/supprimer", data={"version": "1"})
    assert removed.status_code == 303 and variants_of(site.cluster.contribution) == ()
    assert queries.formula_in_force(site.cluster.contribution, date(2026, 6, 1)) is not None


def test_the_index_says_what_waits(site: Site) -> None:
    anne = site.browser(Role.COORDINATOR)
    assert "Trouver la formule de « Quote-part d’activité »" in plain(anne.get("/cap-cooperation/contributions").text)
    made = anne.post("/cap-cooperation/contributions", data={"name": "Cotisation", "product": "membership-fee"})
    assert made.status_code == 303 and made.location.endswith("/etude")
    assert "part fixe de 100,00 €" in plain(anne.get(made.location).text)
    again = anne.post("/cap-cooperation/contributions", data={"name": "Cotisation", "product": "membership-fee"})
    assert again.status_code == 422 and "existe déjà" in again.text
    anne.post(made.location.removesuffix("/etude") + "/terminer", data={})
    assert "Terminée" in anne.get("/cap-cooperation/contributions").text
    types = {f"type_{row.id}": "association" for row in site.cluster.structures[:2]}
    anne.post("/cap-cooperation/contributions/types", data={**types, "type_x": "no"})
    assert queries.types_in_use() == ("association",)


def test_newcomers_count_for_the_year_called_and_leavers_do_not(site: Site) -> None:
    """The members of the year called, with the figures of the year before: who comes has none yet."""
    a.a_structure("N1", joined_on=date(2026, 10, 1))
    people = {one.code: one for one in members_called(2026, figures_year=2025)}
    assert people["N1"].figures == {Base.HOURS_USED: 0} and len(people) == 9
    assert "N1" not in {one.code for one in members_called(2025, figures_year=2024)}
    done = study_of(site.cluster.contribution, year=2026, formulas=[("À l’étude", D2)], in_force="En vigueur")
    assert done.tries[0].unknown == ("Structure N1",) and done.before is None and done.balance is None


def test_if_the_largest_leaves_a_budget_falls_on_the_others(site: Site) -> None:
    people = members_called(2026, figures_year=2025)
    free = tried("", replace(BUDGET, cap=None), people, 2026)
    assert free.leaving is not None and free.leaving.missing == Money(0) and free.leaving.most_more > Money(0)
    assert (free.leaving.name, free.leaving.who_more) == (NAMES[0][0], NAMES[1][0])
    rate = tried("", D2, people, 2026)
    assert rate.leaving is not None and rate.leaving.missing == Money(134_232) and not rate.leaving.who_more
    tight = tried("", replace(BUDGET, budget=Money(850_000)), people, 2026)
    assert tight.leaving is not None and tight.leaving.raised is None and "plafond" in str(tight.leaving.why)
    impossible = tried("", replace(BUDGET, budget=Money(1)), people, 2026)
    assert impossible.why is not None and balance_of(rate, impossible, people) is None
    assert bars([("A", (Money(100_000), None, Money(1)))])[0].lengths == (100, 0, 1)

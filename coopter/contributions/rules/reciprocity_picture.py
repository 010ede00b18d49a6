"""The network of gifts as a drawing: the same places for the same members each time, worked out without a browser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

from coopter.contributions.rules.kinds import Unit
from coopter.contributions.rules.reciprocity import Party

SIZE, CENTRE, RING, DOT, HUB = 640, 320, 185, 13, 28
MOST_DRAWN = 24  # beyond, names run into each other: the table under the picture has everybody
MOST_LETTERS = 15  # of one line; a name has two of them
FEW = 12  # so many names are written level; more of them turn around the circle
LINE, BESIDE = 17, 22
THINNEST, THICKEST = 2, 12


@dataclass(frozen=True, slots=True)
class Node:
    """One party: where it stands, its name in lines, and how these are written beside it: degrees of turn, which end,
    how far the first line stands from the middle of the dot."""

    party: Party
    lines: tuple[str, ...]
    x: int
    y: int
    radius: int
    turn: int = 0
    anchor: str = "middle"
    across: int = 0
    down: int = 0


@dataclass(frozen=True, slots=True)
class Arc:
    """What goes from one party to another: a curve, its arrow's head, its width; `both` when something comes back."""

    giver: Party
    receiver: Party
    path: str
    head: str
    width: int
    both: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole drawing; `left_out` members have no place in it."""

    nodes: tuple[Node, ...]
    arcs: tuple[Arc, ...]
    left_out: int
    size: int = SIZE


def draw(
    names: Sequence[tuple[Party, str]], flows: Mapping[tuple[Party, Party], Mapping[Unit, int]], *, unit: Unit | None
) -> Picture:
    """Members on a circle in the order given, the grouping (None) in the middle, an arrow from who gives to who
    receives. With a unit its arrows are as wide as what went; without, all are alike: units do not add up.
    """
    shown = {pair: units for pair, units in flows.items() if unit is None or units.get(unit)}
    ties = Counter(party for pair in shown for party in pair if party is not None)
    linked = [(party, name) for party, name in names if party is not None and ties[party]]
    most = sorted(range(len(linked)), key=lambda rank: (-ties[linked[rank][0]], rank))[:MOST_DRAWN]
    kept = [linked[rank] for rank in sorted(most)]
    places = {node.party: node for node in _ring(kept)}
    if any(None in pair for pair in shown):
        name = next((name for party, name in names if party is None), "")
        places[None] = Node(None, _in_lines(name), CENTRE, CENTRE, HUB, down=HUB + LINE)
    largest = max((units.get(unit, 0) for units in shown.values()), default=0) if unit else 0
    arcs = [
        _arc(places[giver], places[receiver], _width(units, unit, largest), both=(receiver, giver) in shown)
        for (giver, receiver), units in sorted(shown.items(), key=lambda one: _order(one[0]))
        if giver in places and receiver in places
    ]
    return Picture(tuple(places.values()), tuple(arcs), len(linked) - len(kept))


def _order(pair: tuple[Party, Party]) -> tuple[int, int]:
    return pair[0] or 0, pair[1] or 0


def _ring(parties: Sequence[tuple[Party, str]]) -> list[Node]:
    """Evenly around the circle from the top; names level beside few dots, outwards beside many, never upside down."""
    return [_beside(one, 360 * rank // len(parties) - 90, few=len(parties) <= FEW) for rank, one in enumerate(parties)]


def _beside(one: tuple[Party, str], degrees: int, *, few: bool) -> Node:
    (party, name), angle = one, degrees * pi / 180
    lines, x, y = _in_lines(name), round(CENTRE + RING * cos(angle)), round(CENTRE + RING * sin(angle))
    if few and abs(cos(angle)) < 0.3:  # above or below its dot
        down = DOT + LINE if sin(angle) > 0 else 6 - DOT - LINE * (len(lines) - 1) - 6
        return Node(party, lines, x, y, DOT, down=down)
    on_left = 90 < degrees % 360 < 270
    turn = 0 if few else degrees - 180 if on_left else degrees
    across, down = -BESIDE if on_left else BESIDE, 6 - LINE * (len(lines) - 1) // 2
    return Node(party, lines, x, y, DOT, turn, "end" if on_left else "start", across, down)


def _in_lines(name: str) -> tuple[str, ...]:
    """A name in one line, or in two that break between words; what is longer is cut."""
    if len(name) <= MOST_LETTERS:
        return (name,)
    at = name.rfind(" ", 0, MOST_LETTERS + 1)
    return (name[:at], _cut(name[at + 1 :])) if at > 0 else (_cut(name),)


def _cut(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else name[: MOST_LETTERS - 1].rstrip() + "…"


def _width(units: Mapping[Unit, int], unit: Unit | None, largest: int) -> int:
    if unit is None or not largest:
        return THINNEST
    return THINNEST + (THICKEST - THINNEST) * units.get(unit, 0) // largest


def _arc(start: Node, end: Node, width: int, *, both: bool) -> Arc:
    """A line from edge to edge, bent to one side so that what comes back does not lie upon it."""
    across, down = end.x - start.x, end.y - start.y
    length = hypot(across, down) or 1.0
    ahead_x, ahead_y = across / length, down / length
    half_x, half_y = (start.x + end.x) / 2, (start.y + end.y) / 2
    bend = min(110.0, length * 0.3)
    if not both and (half_x - CENTRE) * -ahead_y + (half_y - CENTRE) * ahead_x < 0 and _near_hub(half_x, half_y):
        bend = -bend  # away from the middle, so that it does not seem to lead there
    middle = half_x - ahead_y * bend, half_y + ahead_x * bend
    begin, tip = _edge(start, middle, 2), _edge(end, middle, 4)
    back_x, back_y = _towards(tip, middle)
    foot = tip[0] + back_x * 12, tip[1] + back_y * 12
    half = 5 + width / 2
    wings = [(foot[0] - back_y * half, foot[1] + back_x * half), (foot[0] + back_y * half, foot[1] - back_x * half)]
    head = " ".join(f"{round(x)},{round(y)}" for x, y in (tip, *wings))
    path = "M{} {} Q{} {} {} {}".format(*(round(one) for point in (begin, middle, foot) for one in point))
    return Arc(start.party, end.party, path, head, width, both)


def _near_hub(x: float, y: float) -> bool:
    return hypot(x - CENTRE, y - CENTRE) < 3 * HUB


def _edge(node: Node, towards: tuple[float, float], gap: int) -> tuple[float, float]:
    ahead_x, ahead_y = _towards((node.x, node.y), towards)
    return node.x + ahead_x * (node.radius + gap), node.y + ahead_y * (node.radius + gap)


def _towards(here: tuple[float, float], there: tuple[float, float]) -> tuple[float, float]:
    across, down = there[0] - here[0], there[1] - here[1]
    length = hypot(across, down) or 1.0
    return across / length, down / length

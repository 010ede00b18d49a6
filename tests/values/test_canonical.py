"""Two different records never have the same canonical form, hence never the same digest (R12)."""

import json
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coopter.values.actor import Role
from coopter.values.canonical import canonical, digest
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.dates()
    | st.datetimes(timezones=st.just(UTC))
    | st.integers(-(10**9), 10**9).map(Money)
    | st.integers(-(10**9), 10**9).map(Rate)
    | st.dates(date(2000, 1, 1)).map(lambda day: Month(day.year % 5000 + 1, day.month))
)
keys = st.text(max_size=6) | st.sampled_from(["$day", "$cents", "$$", "$instant", "a"])
records = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)
READ = {
    "$day": date.fromisoformat,
    "$instant": datetime.fromisoformat,
    "$cents": Money,
    "$month": Month.parse,
    "$ten_thousandths": Rate,
}


def read_back(value):
    if isinstance(value, list):
        return [read_back(one) for one in value]
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in READ:
            return READ[next(iter(value))](next(iter(value.values())))
        return {key.removeprefix("$"): read_back(one) for key, one in value.items()}
    return value


def with_kinds(value):
    if isinstance(value, list):
        return ["list", *map(with_kinds, value)]
    if isinstance(value, dict):
        return {"dict": {key: with_kinds(one) for key, one in value.items()}}
    return (type(value).__name__, value)


@settings(deadline=None, max_examples=1000)
@given(records)
def test_the_canonical_form_can_be_read_back_whole(record):
    assert with_kinds(read_back(json.loads(canonical(record)))) == with_kinds(record)


@settings(deadline=None, max_examples=500)
@given(records, records)
def test_equal_digest_means_equal_record(one, other):
    assert (digest(one) == digest(other)) == (with_kinds(one) == with_kinds(other))


@given(st.dictionaries(keys, leaves, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_fields_does_not_matter_and_their_values_do(record, chance):
    pairs = list(record.items())
    chance.shuffle(pairs)
    assert digest(dict(pairs)) == digest(record)
    name = pairs[0][0]
    assert digest({**record, name: "autre chose que ce qui était écrit"}) != digest(record)


@given(st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable()), st.data())
def test_text_moved_to_the_neighbouring_field_changes_the_digest(text, data):
    first, second = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    if first != second:
        one = {"label": text[:first], "reference": text[first:]}
        assert digest(one) != digest({"label": text[:second], "reference": text[second:]})


def test_the_case_of_paheko():
    assert digest({"label": "Loyer,mars", "ref": "R1"}) != digest({"label": "Loyer", "ref": "mars,R1"})


def test_the_form_is_fixed():
    record = {
        "when": datetime(2007, 4, 5, 10, tzinfo=timezone(timedelta(hours=2))),
        "day": date(2007, 4, 5),
        "amount": Money(-1250),
        "month": Month(2007, 3),
        "rate": Rate(2000),
        "role": Role.COORDINATOR,
        "é": [True, None, 1, "1", ("a",)],
        "$day": {},
    }
    assert canonical(record).decode() == (
        '{"$$day":{},"amount":{"$cents":-1250},"day":{"$day":"2007-04-05"},"month":{"$month":"2007-03"},'
        '"rate":{"$ten_thousandths":2000},"role":"coordinator",'
        '"when":{"$instant":"2007-04-05T08:00:00.000000+00:00"},"é":[true,null,1,"1",["a"]]}'
    )
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert canonical(10**40) == b"1" + b"0" * 40


@pytest.mark.parametrize(
    "wrong",
    [1.0, float("nan"), Decimal(1), b"a", {1, 2}, object(), datetime(2007, 1, 1), {1: "a"}, {None: 1}, {"a": [1.0]}],
)
def test_what_has_no_exact_form_is_refused(wrong):
    with pytest.raises(TypeError):
        canonical(wrong)


def test_half_a_surrogate_pair_is_refused():
    assert sys.maxunicode == 0x10FFFF
    with pytest.raises(UnicodeEncodeError):
        canonical("\ud83d\ude00")

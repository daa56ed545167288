"""Values: what people type, the one form it is stored in, and that nothing is lost between the two."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.model.errors import BadValue
from orgtp.model.value import DIGITS, EXACT, Unit, ValueKind, mean_of_times, round_mean

NUMBER = Unit(ValueKind.NUMBER)
PERCENT = Unit(ValueKind.PERCENT)
USD = Unit(ValueKind.MONEY, "USD")
EUR = Unit(ValueKind.MONEY, "EUR")
DURATION = Unit(ValueKind.DURATION)
TIME = Unit(ValueKind.TIME)
YES_NO = Unit(ValueKind.YES_NO)
UNITS = (NUMBER, PERCENT, USD, DURATION, TIME, YES_NO)

ACCEPTED = [
    (NUMBER, "12.5", "12.5"),
    (NUMBER, "1,200", "1200"),
    (NUMBER, "1,234,567.80", "1234567.8"),
    (NUMBER, " 7 ", "7"),
    (NUMBER, "+7", "7"),
    (NUMBER, "-0", "0"),
    (NUMBER, "-0.0", "0"),
    (NUMBER, "007", "7"),
    (NUMBER, ".5", "0.5"),
    (NUMBER, "-.50", "-0.5"),
    (NUMBER, "100", "100"),
    (NUMBER, "0.1", "0.1"),
    (NUMBER, "1e-05", "0.00001"),
    (NUMBER, "1E3", "1000"),
    (NUMBER, "-2.5e+2", "-250"),
    (NUMBER, "1e23", "1" + "0" * 23),
    (NUMBER, "999999999999999999999999", "999999999999999999999999"),
    (PERCENT, "92.5", "92.5"),
    (PERCENT, "92.5%", "92.5"),
    (PERCENT, "92.5 %", "92.5"),
    (PERCENT, "-3%", "-3"),
    (PERCENT, "1,200%", "1200"),
    (PERCENT, "5e-1%", "0.5"),
    (USD, "USD 1.85E5", "185000"),
    (USD, "185000", "185000"),
    (USD, "$185,000", "185000"),
    (USD, "$ 185,000.50", "185000.5"),
    (USD, "USD 185000", "185000"),
    (USD, "usd185000", "185000"),
    (USD, "-$5", "-5"),
    (USD, "$-5", "-5"),
    (USD, "-USD 5", "-5"),
    (EUR, "€99.90", "99.9"),
    (EUR, "EUR 99.90", "99.9"),
    (DURATION, "1h30m", "1h30m"),
    (DURATION, "90m", "1h30m"),
    (DURATION, "1.5h", "1h30m"),
    (DURATION, "PT1H30M", "1h30m"),
    (DURATION, "1h 30m", "1h30m"),
    (DURATION, "5400s", "1h30m"),
    (DURATION, "36h", "1d12h"),
    (DURATION, "P1DT12H", "1d12h"),
    (DURATION, "0m", "0s"),
    (DURATION, "0.5s", "0.5s"),
    (DURATION, "45s", "45s"),
    (DURATION, "1.8s", "1.8s"),
    (DURATION, "36ms", "0.036s"),
    (DURATION, "1500ms", "1.5s"),
    (DURATION, "1m36ms", "1m0.036s"),
    (DURATION, "1e-05s", "0.00001s"),
    (DURATION, "1,200s", "20m"),
    (TIME, "07:52", "07:52"),
    (TIME, "7:52", "07:52"),
    (TIME, "7:52am", "07:52"),
    (TIME, "7:52 PM", "19:52"),
    (TIME, "12:00am", "00:00"),
    (TIME, "12:30pm", "12:30"),
    (TIME, "07:52:09", "07:52:09"),
    (TIME, "23:59", "23:59"),
    (TIME, "24:00", "24:00"),
    (TIME, "24:15", "24:15"),
    (TIME, "47:59:59", "47:59:59"),
    (YES_NO, "yes", "yes"),
    (YES_NO, "Y", "yes"),
    (YES_NO, "TRUE", "yes"),
    (YES_NO, "1", "yes"),
    (YES_NO, "no", "no"),
    (YES_NO, "n", "no"),
    (YES_NO, "false", "no"),
    (YES_NO, "0", "no"),
]


@pytest.mark.parametrize(("unit", "typed", "stored"), ACCEPTED)
def test_what_people_type_is_stored_in_one_form(unit: Unit, typed: str, stored: str) -> None:
    assert unit.format_stored(unit.parse_amount(typed)) == stored


@pytest.mark.parametrize(("unit", "typed", "stored"), ACCEPTED)
def test_the_stored_form_reads_back_as_the_same_amount(unit: Unit, typed: str, stored: str) -> None:
    assert unit.parse_amount(stored) == unit.parse_amount(typed)


REFUSED = [
    (NUMBER, "", "12.5"),
    (NUMBER, "many", "12.5"),
    (NUMBER, "NaN", "12.5"),
    (NUMBER, "inf", "12.5"),
    (NUMBER, "-Infinity", "12.5"),
    (NUMBER, "1e24", "at most 24"),
    (NUMBER, "1e-24", "at most 24"),
    (NUMBER, "1e99999", "at most 24"),
    (NUMBER, "1e", "12.5"),
    (NUMBER, "e5", "12.5"),
    (NUMBER, "1,200e3", "12.5"),
    (NUMBER, "12 34", "12.5"),
    (NUMBER, "1,2", "1,200"),
    (NUMBER, "12,34.5", "1,200"),
    (NUMBER, "1.", "12.5"),
    (NUMBER, "0x10", "12.5"),
    (NUMBER, "1_000", "1,200"),
    (NUMBER, "\uff11\uff12", "12.5"),
    (NUMBER, "٣", "12.5"),
    (NUMBER, "5%", "12.5"),
    (NUMBER, "1" * 25, "at most 24"),
    (NUMBER, "." + "1" * 24, "at most 24"),
    (NUMBER, "0" * 100, "at most 24"),
    (PERCENT, "%", "92.5%"),
    (PERCENT, "92.5%%", "92.5%"),
    (PERCENT, "ninety", "92.5%"),
    (USD, "€5", "USD 185000"),
    (USD, "EUR 5", "USD 185000"),
    (USD, "$", "USD 185000"),
    (USD, "USD", "USD 185000"),
    (USD, "--5", "USD 185000"),
    (USD, "-$-5", "USD 185000"),
    (EUR, "$5", "EUR 185000"),
    (DURATION, "90", "90m"),
    (DURATION, "", "90m"),
    (DURATION, "1h30", "1h30m"),
    (DURATION, "30m1h", "1h30m"),
    (DURATION, "-1h", "1h30m"),
    (DURATION, "PT", "PT1H30M"),
    (DURATION, "P", "PT1H30M"),
    (DURATION, "1.2.3h", "1.5h"),
    (DURATION, "9" * 24 + "d", "1h30m"),
    (TIME, "48:00", "24:15"),
    (TIME, "24:15am", "24:15"),
    (TIME, "24:60", "24:15"),
    (TIME, "7:60", "07:52"),
    (TIME, "07:52:60", "07:52"),
    (TIME, "13:00pm", "7:52am"),
    (TIME, "0:30am", "7:52am"),
    (TIME, "8", "07:52"),
    (TIME, "08.00", "07:52"),
    (YES_NO, "", "yes, no"),
    (YES_NO, "maybe", "yes, no"),
    (YES_NO, "2", "yes, no"),
    (YES_NO, "on", "yes, no"),
]


@pytest.mark.parametrize(("unit", "typed", "accepted"), REFUSED)
def test_a_refusal_says_what_would_be_accepted(unit: Unit, typed: str, accepted: str) -> None:
    with pytest.raises(BadValue, match=re.escape(accepted)) as refused:
        unit.parse_amount(typed)
    assert str(refused.value).startswith(f'"{typed}" is not ')


@pytest.mark.parametrize(
    ("unit", "typed", "meant"),
    [
        (NUMBER, "0,500", "0.500"),
        (NUMBER, "-0,500", "-0.500"),
        (NUMBER, "00,125", "00.125"),
        (NUMBER, "0,075", "0.075"),
        (NUMBER, "1,2345", "1.2345"),
        (NUMBER, "12,34", "12.34"),
        (NUMBER, "1.234,5", "1234.5"),
        (PERCENT, "0,950%", "0.950%"),
        (USD, "USD 0,500", "USD 0.500"),
        (USD, "-$0,500", "-$0.500"),
        (DURATION, "1,5h", "1.5h"),
        (DURATION, "0,500h", "0.500h"),
    ],
)
def test_a_comma_that_separates_no_group_of_digits_is_refused(unit: Unit, typed: str, meant: str) -> None:
    with pytest.raises(BadValue, match=re.escape(f'Did you mean "{meant}"?')):
        unit.parse_amount(typed)
    assert unit.parse_amount(meant) < 10000


@pytest.mark.parametrize("typed", ["1,200,00", "12,00,000", "0,500.5", "1,,200", ",500", "1200,000", "1,2e3"])
def test_a_number_with_misplaced_commas_has_no_meaning(typed: str) -> None:
    for unit in (NUMBER, PERCENT, USD):
        with pytest.raises(BadValue):
            unit.parse_amount(typed)
    with pytest.raises(BadValue):
        DURATION.parse_amount(f"{typed}s")


DIGIT_TEXTS = st.from_regex(r"[+-]?[0-9]{0,26}(\.[0-9]{0,26})?", fullmatch=True)
GROUPED = st.integers(-(10**24), 10**24).map(lambda whole: f"{whole:,}")
SPANS = st.from_regex(
    r"([0-9]{1,26}(\.[0-9]{1,25})?d)?([0-9]{1,5}(\.[0-9]{1,25})?h)?"
    r"([0-9]{1,5}(\.[0-9]{1,25})?m)?([0-9]{1,5}(\.[0-9]{1,25})?s)?",
    fullmatch=True,
)
CLOCKS = st.from_regex(r"[0-9]{1,2}:[0-5][0-9](:[0-5][0-9])?( ?[ap]m)?", fullmatch=True)
WORDS = st.sampled_from(["yes", "No", "TRUE", "false", "y", "N", "1", "0"])
TYPED = st.one_of(
    DIGIT_TEXTS,
    GROUPED,
    DIGIT_TEXTS.map(lambda text: f"{text}%"),
    DIGIT_TEXTS.map(lambda text: f"${text}"),
    DIGIT_TEXTS.map(lambda text: f"USD {text}"),
    SPANS,
    SPANS.map(lambda text: f"PT{text.rpartition('d')[2]}".upper()),
    CLOCKS,
    WORDS,
    st.text(max_size=8),
)


@given(unit=st.sampled_from(UNITS), typed=TYPED)
def test_any_value_accepted_is_stored_and_read_back_equal(unit: Unit, typed: str) -> None:
    try:
        amount = unit.parse_amount(typed)
    except BadValue:
        return
    stored = unit.format_stored(amount)
    assert isinstance(amount, Decimal)
    assert unit.parse_amount(stored) == amount
    assert unit.format_stored(unit.parse_amount(stored)) == stored


@given(unit=st.sampled_from((NUMBER, PERCENT, USD)), amount=st.decimals(-(10**12), 10**12, places=11))
def test_every_decimal_survives_to_the_last_digit(unit: Unit, amount: Decimal) -> None:
    stored = unit.format_stored(amount)
    assert re.fullmatch(r"-?[0-9]+(\.[0-9]*[1-9])?", stored), "plain digits: no exponent and no trailing zeros"
    assert unit.parse_amount(stored) == amount


@given(places=st.integers(1, DIGITS - 1), digit=st.integers(1, 9))
def test_a_small_number_is_never_written_with_an_exponent(places: int, digit: int) -> None:
    stored = NUMBER.format_stored(Decimal(digit).scaleb(-places))
    assert stored == f"0.{'0' * (places - 1)}{digit}"


@given(seconds=st.integers(0, 10**9))
def test_every_whole_duration_survives(seconds: int) -> None:
    assert DURATION.parse_amount(DURATION.format_stored(Decimal(seconds))) == seconds


@given(seconds=st.integers(0, 2 * 86400 - 1))
def test_every_second_of_the_day_and_of_the_night_after_it_survives(seconds: int) -> None:
    assert TIME.parse_amount(TIME.format_stored(Decimal(seconds))) == seconds


def test_decimals_add_up_where_floats_would_not() -> None:
    assert NUMBER.parse_amount("0.1") + NUMBER.parse_amount("0.2") == NUMBER.parse_amount("0.3")


def test_the_exact_context_has_room_for_the_longest_sums() -> None:
    longest = NUMBER.parse_amount("9" * DIGITS)
    assert EXACT.add(longest, NUMBER.parse_amount("0." + "0" * (DIGITS - 2) + "1")) - longest != 0


@pytest.mark.parametrize(
    ("unit", "stored", "shown"),
    [
        (NUMBER, "1200", "1,200"),
        (NUMBER, "-1234567.89", "-1,234,567.89"),
        (PERCENT, "92.5", "92.5%"),
        (USD, "185000", "USD 185,000"),
        (DURATION, "1h30m", "1h30m"),
        (TIME, "07:52", "07:52"),
        (YES_NO, "yes", "yes"),
    ],
)
def test_what_a_person_sees(unit: Unit, stored: str, shown: str) -> None:
    assert unit.format_shown(stored) == shown


def test_what_json_calls_each_unit() -> None:
    assert [unit.text for unit in UNITS] == [None, "%", "USD", "duration", "time of day", "yes/no"]


def times(*texts: str) -> list[Decimal]:
    return [TIME.parse_amount(text) for text in texts]


@pytest.mark.parametrize(
    ("given_times", "mean"),
    [
        (("07:00", "08:00", "09:00"), "08:00"),
        (("22:50", "24:10"), "23:30"),
        (("23:50", "24:10"), "24:00"),
        (("00:00", "11:59:58"), "05:59:59"),
        (("24:15",), "24:15"),
    ],
)
def test_times_of_day_that_are_close_have_a_mean(given_times: tuple[str, ...], mean: str) -> None:
    found = mean_of_times(times(*given_times))
    assert isinstance(found, Decimal)
    assert TIME.format_stored(found) == mean


@pytest.mark.parametrize("given_times", [("00:10", "23:50"), ("06:00", "18:00"), ("23:50", "08:00", "00:10")])
def test_times_of_day_on_both_sides_of_midnight_have_no_mean(given_times: tuple[str, ...]) -> None:
    why = mean_of_times(times(*given_times))
    assert isinstance(why, str)
    assert f"{min(given_times)} and {max(given_times)} are half a day or more apart" in why


def test_a_computed_mean_is_rounded_half_to_even_at_four_places() -> None:
    assert [str(round_mean(Decimal(text))) for text in ("1.00005", "1.00015", "-2.00005")] == [
        "1.0000",
        "1.0002",
        "-2.0000",
    ]

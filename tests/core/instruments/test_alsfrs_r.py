import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import resources
from tests.core.examples import answers

HERE = Path(__file__).parent
# The labels as checked against three reproductions of the form of Cedarbaum 1999.
LABELS = list(csv.DictReader((HERE / "alsfrs_r_labels.csv").read_text("utf-8").splitlines()))
VECTORS = resources.path("validation", "staging_vectors.csv")
STAGING = list(csv.DictReader(VECTORS.read_text("utf-8").splitlines()))
DOMAINS = ("bulbar", "fine_motor", "gross_motor", "respiratory")

scores = st.lists(st.none() | st.integers(0, 4), min_size=12, max_size=12)


def values_of(scores, variant="a"):
    return {slot: answer.value for slot, answer in answers(scores, variant).items()}


@pytest.mark.parametrize("row", LABELS, ids=[row["number"] for row in LABELS])
def test_the_words_of_the_form(alsfrs_r, row):
    (item,) = (item for item in alsfrs_r.items if item.number == row["number"])
    assert item.title == row["title"].partition(" (")[0]
    assert {str(choice.score): choice.text for choice in item.choices} == {
        score: row[score] for score in "43210"
    }
    assert [choice.score for choice in item.choices] == [4, 3, 2, 1, 0]


def test_twelve_questions_the_fifth_in_two_variants(alsfrs_r):
    assert [item.number for item in alsfrs_r.items] == [row["number"] for row in LABELS]
    assert len(alsfrs_r.slots) == 12
    assert [item.number for item in alsfrs_r.variants("cutting")] == ["5a", "5b"]
    without, with_gastrostomy = alsfrs_r.variants("cutting")
    assert "without gastrostomy" in without.when and not without.requires
    assert "with gastrostomy" in with_gastrostomy.when
    assert with_gastrostomy.requires == "gastrostomy"
    assert all(len(alsfrs_r.variants(slot)) == 1 for slot in alsfrs_r.slots if slot != "cutting")


def test_the_total_and_the_four_domains_of_three_questions(alsfrs_r):
    assert (alsfrs_r.total.maximum, alsfrs_r.total.slots) == (48, alsfrs_r.slots)
    assert tuple(domain.id for domain in alsfrs_r.domains) == DOMAINS
    assert [domain.maximum for domain in alsfrs_r.domains] == [12] * 4
    assert sum((domain.slots for domain in alsfrs_r.domains), ()) == alsfrs_r.slots
    for domain in alsfrs_r.domains:
        for slot in domain.slots:
            assert alsfrs_r.domain_of(slot) is domain
    assert alsfrs_r.domain_of("appetite") is None


def test_the_owners_are_cited(alsfrs_r):
    assert "Cedarbaum" in alsfrs_r.citation and "1999" in alsfrs_r.citation
    assert len(alsfrs_r.rater_help) == 5


def test_the_rater_probes_and_suggests_nothing(alsfrs_r):
    """F25: the harmonised procedure of 2023 is an interview; "do not prompt" is superseded."""
    told = " ".join(alsfrs_r.rater_help).casefold()
    assert "interview" in told and "probe" in told and "suggest no answer" in told
    assert "do not prompt" not in told


@pytest.mark.parametrize("row", STAGING, ids=[row["id"] for row in STAGING])
def test_the_checked_totals(alsfrs_r, row):
    given_scores = [int(row[f"q{n}"]) if row[f"q{n}"] else None for n in range(1, 13)]
    values = values_of(given_scores, row["item5_version"])
    for scale, column in zip(alsfrs_r.scales, ("total", *DOMAINS), strict=True):
        expected = int(row[column]) if row[column] else None
        assert scale.score(values) == expected, column


@given(scores=scores)
def test_missing_is_not_zero(alsfrs_r, scores):
    values = values_of(scores)
    given_scores = [score for score in scores if score is not None]
    total = alsfrs_r.total
    assert total.answered(values) == len(given_scores)
    assert total.partial(values) == sum(given_scores)
    assert total.score(values) == (sum(given_scores) if len(given_scores) == 12 else None)
    for index, domain in enumerate(alsfrs_r.domains):
        three = scores[3 * index : 3 * index + 3]
        assert domain.score(values) == (None if None in three else sum(three))
        assert domain.answered(values) == 3 - three.count(None)


@given(scores=scores, data=st.data())
def test_the_order_of_answering_never_matters(alsfrs_r, scores, data):
    values = values_of(scores)
    shuffled = dict(data.draw(st.permutations(list(values.items()))))
    for scale in alsfrs_r.scales:
        assert scale.score(shuffled) == scale.score(values)
        assert scale.partial(shuffled) == scale.partial(values)
        assert alsfrs_r.range_of(scale, shuffled) == alsfrs_r.range_of(scale, values)


@given(scores=scores, data=st.data())
def test_what_can_still_be_reached_brackets_every_completion(alsfrs_r, scores, data):
    values = values_of(scores)
    completed = [data.draw(st.integers(0, 4)) if score is None else score for score in scores]
    worst = [0 if score is None else score for score in scores]
    best = [4 if score is None else score for score in scores]
    for scale in alsfrs_r.scales:
        low, high = alsfrs_r.range_of(scale, values)
        assert low <= scale.score(values_of(completed)) <= high
        assert low == scale.score(values_of(worst))  # and no further than needed
        assert high == scale.score(values_of(best))


@given(scores=scores, data=st.data())
def test_every_answer_narrows_what_can_still_be_reached(alsfrs_r, scores, data):
    open_ones = [index for index, score in enumerate(scores) if score is None]
    if not open_ones:
        for scale in alsfrs_r.scales:
            total = scale.score(values_of(scores))
            assert alsfrs_r.range_of(scale, values_of(scores)) == (total, total)
        return
    answered = list(scores)
    answered[data.draw(st.sampled_from(open_ones))] = data.draw(st.integers(0, 4))
    before = alsfrs_r.range_of(alsfrs_r.total, values_of(scores))
    after = alsfrs_r.range_of(alsfrs_r.total, values_of(answered))
    assert before[0] <= after[0] <= after[1] <= before[1]
    assert (before[1] - before[0]) - (after[1] - after[0]) == 4


def test_a_score_of_5a_counts_like_one_of_5b_and_never_both(alsfrs_r):
    with_a, with_b = values_of((4,) * 12, "a"), values_of((4,) * 12, "b")
    assert with_a == with_b
    assert alsfrs_r.total.score({**with_a, **with_b}) == 48


@given(scores=st.lists(st.integers(0, 4), min_size=12, max_size=12), data=st.data())
def test_a_lower_answer_never_raises_a_score(alsfrs_r, scores, data):
    place = data.draw(st.integers(0, 11))
    lowered = [*scores]
    lowered[place] = data.draw(st.integers(0, scores[place]))
    for scale in alsfrs_r.scales:
        before, after = scale.score(values_of(scores)), scale.score(values_of(lowered))
        assert 0 <= after <= before <= scale.maximum

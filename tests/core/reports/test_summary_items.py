"""A questionnaire that no line of the program knows is drawn by its definition, and nothing of it is lost."""

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from core.reports import layout, page, summary_items
from core.views.questionnaire import FormSummary, ItemRow, Place, ScaleRow
from tests.core.reports.records import CLINIC, PRINTED_AT
from tests.core.reports.test_summary import pages

words = st.lists(
    st.sampled_from(["walking", "stairs", "short", "dependence", "x" * 90]), max_size=14
)


@st.composite
def scales(draw, count: int):
    """Domains of items that follow one another, overlap or are scattered."""
    found = []
    for number in range(draw(st.integers(0, 6))):
        first = draw(st.integers(0, count - 1))
        last = draw(st.integers(first, count - 1))
        maximum = draw(st.sampled_from([4, 12, 100]))
        points = draw(st.none() | st.integers(0, maximum))
        before = draw(st.none() | st.integers(0, maximum))
        found.append(
            ScaleRow(
                title=f"Domain {number} " + " ".join(draw(words)),
                score=f"1 of {count} answered" if points is None else f"{points}/{maximum}",
                previous="–" if before is None else f"{before}/{maximum}",
                change="–" if None in (points, before) else f"{points - before:+}",
                complete=points is not None,
                role=draw(st.sampled_from(["bulbar", "scale_3", "unknown"])),
                rows=draw(st.sampled_from([None, (first, last)])),
                points=points,
                before=before,
                maximum=maximum,
            )
        )
    return tuple(found)


@st.composite
def forms(draw):
    count = draw(st.integers(1, 45))
    items = []
    for number in range(count):
        low = draw(st.integers(-2, 2))
        high = low + draw(st.integers(0, 100))
        score = st.none() | st.integers(low, high)
        place = Place(low, high, draw(score), draw(score))
        items.append(
            ItemRow(
                number=f"{number + 1}",
                title=f"Question {number} " + " ".join(draw(words)),
                answer=f"Answer {number} " + " ".join(draw(words)),
                score="–" if place.now is None else str(place.now),
                previous="–" if place.before is None else str(place.before),
                note=draw(st.sampled_from(["", "A note of the rater. " * 20])),
                corrected=draw(st.sampled_from(["", "asked again"])),
                place=draw(st.sampled_from([None, place])),
            )
        )
    return FormSummary(
        title="Another questionnaire",
        citation="",
        not_done="",
        previous_on=draw(st.sampled_from(["", "12 Jul 2014"])),
        items=tuple(items),
        scales=draw(scales(count)),
        slope="loses 2 points/month",
        has_slope=draw(st.booleans()),
        instrument="another",
        higher_is_worse=draw(st.booleans()),
    )


def printed(form: FormSummary) -> list[str]:
    paper = page.Paper("T", "S", CLINIC, "nurse", PRINTED_AT, None)
    return pages(paper.render(summary_items.blocks(form, "¹"), layout.gap(0)))


@settings(deadline=None, max_examples=60, phases=[Phase.explicit, Phase.generate])
@given(forms())
def test_whatever_a_questionnaire_asks_it_is_printed_with_all_its_answers(form):
    found = printed(form)
    said = " ".join(found)
    for item in form.items:
        number = int(item.number) - 1
        assert f"Question {number}" in said and f"Answer {number}" in said
    assert said.count("x") >= sum(
        one.title.count("x") + one.answer.count("x") for one in form.items
    )
    assert said.count("Note:") == sum(bool(item.note) for item in form.items)
    assert said.count("Corrected after") == sum(bool(item.corrected) for item in form.items)
    for number, scale in enumerate(form.scales):
        assert f"Domain {number}" in said
        assert (scale.score if not scale.complete else str(scale.points)) in said
    assert ("loses 2 points/month" in said) == form.has_slope
    assert ("worse)" in said) == form.higher_is_worse
    assert len(found) <= 2 + len(form.items)

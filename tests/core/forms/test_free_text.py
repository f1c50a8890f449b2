"""One line as it is said becomes the fields of a form; what it does not say stays missing."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.entry import Problem
from core.forms import catalog, free_text, reading
from core.forms.reading import Limits

LIMITS = Limits(latest=date(2026, 11, 28))


@pytest.mark.parametrize(
    ("form", "said", "fields"),
    [
        (
            "medicine",
            "paracetamol 500 x3 nov",
            {
                "substance": "Paracetamol",
                "dose": "500",
                "frequency": "3_daily",
                "started": "2026-11",
            },
        ),
        (
            "medicine",
            "Rilutek 50mg 2x 2024-03",
            {
                "substance": "Rilutek",
                "dose": "50",
                "unit": "mg",
                "frequency": "2_daily",
                "started": "2024-03",
            },
        ),
        (
            "medicine",
            "vitamin D 1000 IU once a day",
            {"substance": "vitamin D", "dose": "1000", "unit": "iu", "frequency": "daily"},
        ),
        (
            "medicine",
            "apixaban 2,5 mg BID 12.10.2026",
            {
                "substance": "Apixaban",
                "dose": "2,5",
                "unit": "mg",
                "frequency": "2_daily",
                "started": "2026-10-12",
            },
        ),
        (
            "procedure",
            "spinal tap unplanned nov 2025",
            {"what": "spinal tap", "planned": "unplanned", "day": "2025-11"},
        ),
        ("medicine", "oxygen 2 l/min", {"substance": "Oxygen", "dose": "2", "unit": "l_min"}),
        ("medicine", "edaravone dec", {"substance": "Edaravone", "started": "2025-12"}),
        (
            "device",
            "niv full face 6.5 h oct 2025",
            {"kind": "niv", "interface": "full_face", "hours": "6.5", "started": "2025-10"},
        ),
        (
            "device",
            "peg offered yesterday",
            {"kind": "gastrostomy", "status": "offered", "started": "2026-11-27"},
        ),
        ("device", "wheelchair outdoors", {"kind": "wheelchair", "detail": "outdoors"}),
        ("medicine", "", {}),
    ],
)
def test_a_line_is_read_field_by_field(form, said, fields):
    assert free_text.read(catalog.newest()[form], said, LIMITS) == fields


@given(st.sampled_from(["medicine", "device"]), st.text(max_size=60))
def test_whatever_is_typed_becomes_texts_of_the_form_and_no_end(form, said):
    """Nothing is refused here: each text is read by its field, which says what is wrong with it."""
    definition = catalog.newest()[form]
    found = free_text.read(definition, said, LIMITS)
    assert found.keys() <= {one.id for one in definition.stored} - {"ended", "ongoing", "why"}
    for name, text in found.items():
        reading.read(definition.field(name), text, LIMITS)
    start = found.get("started")
    assert start is None or not isinstance(
        reading.read(definition.field("started"), start, Limits(latest=date.max)), Problem
    )

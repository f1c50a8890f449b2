"""The page of the recovery code: enough to come back from nothing, and all of it on one page."""

from dataclasses import replace

import pypdfium2

from core.reports import recovery_code
from core.store import recovery_code as recovery_codes
from core.words import instant
from tests.core.reports import qr_reader
from tests.core.reports.records import CLINIC, PRINTED_AT
from tests.core.reports.test_summary import pages

CODE = "7KQG-M3XR-0PVH-9GHR-4C16-ZR8M-B5JT-6YSW-12WV"


def render(code=CODE, clinic=CLINIC) -> bytes:
    return recovery_code.render(clinic, code, "royan.als", PRINTED_AT)


def test_r09_the_code_stands_in_numbered_groups_and_in_a_square_that_reads():
    pdf = render()
    (printed,) = pages(pdf)
    groups = " ".join(f"{n} {group}" for n, group in enumerate(CODE.split("-"), 1))
    assert groups in printed
    assert qr_reader.codes(pdf) == [[CODE]]
    assert recovery_codes.normalized(CODE) == CODE


def test_r12_one_page_says_how_to_come_back_on_a_bare_computer():
    (printed,) = pages(render())
    steps = (
        "1. Install ALS follow-up on the computer",
        "2. Copy the newest backup to it: the file that ends in .als and the file of the same name",
        "3. Start the program and choose the file",
        "4. Press “Forgot password or moved to a new computer: use the recovery code”",
        "5. Type the name you sign in with, and a new password twice.",
        "6. Print the new recovery code",
        "written into the audit trail",
        "7. Older backups still open with the code above.",
        "In a sealed envelope",
        "May be opened by or",
        "Sealed by Signature Date",
        "Opened by Date, time Reason",
        "page 1 of 1",
    )
    at = 0
    for step in steps:
        at = printed.index(step, at)
    assert f"Clinic file royan.als Made {instant(PRINTED_AT)}" in printed


def test_a_long_letterhead_leaves_it_one_page():
    clinic = replace(CLINIC, name="مرکز ای‌ال‌اس رویان", letterhead="A line of the address\n" * 6)
    (printed,) = pages(render(clinic=clinic))
    assert printed.count("A line of the address") == 6
    assert "▯" not in printed


def test_r10_the_properties_of_the_file_do_not_hold_the_code():
    document = pypdfium2.PdfDocument(render())
    properties = " ".join(document.get_metadata_dict().values())
    document.close()
    assert "Recovery code" in properties
    assert not any(group in properties for group in CODE.split("-"))

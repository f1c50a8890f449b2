"""Documents and exports that no line of the program knows: one of everything that something can be made of."""

import io

from reportlab.pdfgen.canvas import Canvas

from core.exports import table_csv
from core.model.document import (
    CSV,
    Document,
    OfFile,
    OfNothing,
    OfPatient,
    OfTrail,
    OfUsers,
    OfVisit,
)
from core.model.user import Right

KINDS = (OfNothing, OfFile, OfPatient, OfVisit, OfUsers, OfTrail)
NEEDED = {OfUsers: Right.PEOPLE, OfTrail: Right.AUDIT}
FORMULAS = ("=1+1", "@SUM(A1)", "-cmd", "+31 6", "\tx", "\rx", "-0.5", "2026-06-17", "+1.5")


def pages(source):
    """A PDF of two pages that say what they were made of."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for page in (1, 2):
        canvas.drawString(
            72, 720, f"Made up of {type(source).__name__} {source.choice}, page {page}"
        )
        canvas.drawString(72, 700, source.clinic.name)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def table(source):
    return table_csv.render(["=of", "what"], [[type(source).__name__, one] for one in FORMULAS])


def report(of, **more):
    name = of.__name__
    return Document(
        id=f"made-up-{name}",
        title=f"Made-up letter ({name})",
        button=f"Letter ({name})…",
        saving="Save the letter",
        called=f"made-up letter of {name}",
        of=of,
        right=NEEDED.get(of, Right.READ),
        holds_patients=of in (OfPatient, OfVisit, OfFile, OfTrail),
        stem="made-up-letter",
        make=pages,
        **more,
    )


def export(of):
    name = of.__name__
    return Document(
        id=f"made-up-table-{name}",
        title=f"Made-up table ({name})",
        button=f"Table ({name})…",
        saving="Save the table",
        called=f"made-up table of {name}",
        of=of,
        right=NEEDED.get(of, Right.READ),
        holds_patients=of in (OfPatient, OfVisit, OfFile, OfTrail),
        stem="made-up-table",
        make=table,
        ending=CSV,
    )

"""Every figure that the program computes and shows, by its id: what it is called, and where it is explained.

A figure on a page knows its id (`Fact`, `core/views/stack/rows.py`); each has a row with this anchor in the table
"Every figure in one line" of ``docs/clinical.md``.
"""

from core.words import N_, Words

FIGURES = Words(
    {
        "total": N_("ALSFRS-R total"),
        "so-far": N_("Sum so far, and the bar of what is still possible"),
        "questionnaire": N_("Scales of another questionnaire"),
        "change": N_("Change since the last time"),
        "delta-fs": N_("deltaFS since onset"),
        "slope": N_("Slope"),
        "projection": N_("The trend carried forward"),
        "domains": N_("Domains"),
        "kings": N_("King's stage"),
        "mitos": N_("MiToS stage"),
        "vital-capacity": N_("Vital capacity, % predicted"),
        "best": N_("Best blow"),
        "z": N_("z-score"),
        "limits": N_("Predicted, LLN and ULN"),
        "repeatability": N_("Repeatability"),
        "grade": N_("Grade of a session"),
        "fev1": N_("FEV1 and FEV1/FVC"),
        "crossing": N_("When vital capacity reaches the NIV line"),
        "weight": N_("Weight and its change"),
        "bmi": N_("BMI"),
        "measurement": N_("A measurement"),
        "laboratory": N_("A laboratory result"),
        "form": N_("A number of a form"),
        "denominators": N_("Who is counted"),
        "group-mean": N_("Mean of a group, SE and SD"),
        "group-slope": N_("Mean of patients' slopes"),
        "mixed-model": N_("Mixed model"),
        "kaplan-meier": N_("Survival (Kaplan–Meier)"),
        "compared-survival": N_("Survival compared"),
        "event-table": N_("Adverse events by patients and by events"),
        "missing-data": N_("What was seen and what is missing"),
    }
)


def topic(figure: str) -> str:
    """Where a figure is explained in the guide. An id that is none of them leads to the table."""
    return f"clinical#figure-{figure}" if figure in FIGURES else TABLE


TABLE = "clinical#every-figure-in-one-line"

"""The adverse events of the trial as its report tells them twice: in its text, and in the rows of its Table 2.

Nabavi SM et al., Cell J 2021;23(7):772-778. The two tellings differ, and both are entered as they are written. Patients
are called by letters: the report does not say who they are. Days count from the infusion.
"""

from datetime import date, timedelta

DAY_0 = date(2014, 3, 10)


def day(n):
    return str(DAY_0 + timedelta(days=n))


def event(term, coded, grade, onset, outcome="recovered", **more):
    texts = {"term": term, "grade": str(grade), "onset": day(onset), "outcome": outcome, **more}
    if coded.casefold() != term.casefold():
        texts["coded"] = coded
    return texts


def tachycardia():
    return event(
        "Pulse 150 per minute during the infusion",
        "Sinus tachycardia",
        2,
        0,
        began_at="10:06",
        ended=day(0),
        treatment="medicine",
        treated_with="propranolol into a vein",
        action="not_applicable",
    )


def embolism(onset, outcome, **more):
    return event(
        "Pulmonary emboli",
        "Thromboembolic event",
        5 if outcome == "fatal" else 4,
        onset,
        outcome,
        criteria="death\nhospital" if outcome == "fatal" else "life_threatening\nhospital",
        **more,
    )


# By patient: what the text tells.
TEXT = {
    "a": [tachycardia()],
    "b": [tachycardia()],
    "c": [event("Blood pressure 180/100 mmHg", "Hypertension", 3, 0, ended=day(0))],
    "d": [
        event("Headache", "Headache", 1, 0, began_at="10:12", ended=day(1)),
        event("Vertigo", "Vertigo", 1, 0, began_at="10:12", ended=day(1)),
    ],
    "e": [event("Dyspnoea", "Dyspnea", 2, 17, ended=day(24))],
    "f": [
        event(
            "Bacterial pneumonia",
            "Lung infection",
            3,
            14,
            ended=day(28),
            criteria="hospital",
            evidence="first suspected to be an embolus",
        )
    ],
    "g": [
        event("Left chest pain", "Non-cardiac chest pain", 2, 20, ended=day(40)),
        embolism(
            21,
            "recovered_with_sequelae",
            ended=day(60),
            treatment="medicine",
            treated_with="warfarin",
        ),
    ],
    "h": [
        embolism(60, "not_recovered"),
        event("Pleural effusion", "Pleural effusion", 3, 62, criteria="hospital", ended=day(80)),
        event(
            "Pulmonary arrest with resuscitation",
            "Respiratory failure",
            4,
            63,
            "recovered_with_sequelae",
            criteria="life_threatening\nhospital",
            ended=day(80),
        ),
    ],
}
# What the text tells of devices and procedures: patient, kind, day of the start.
DEVICES = [
    ("g", "niv", 30),
    ("g", "gastrostomy", 152),
    ("h", "nasogastric_tube", 63),
    ("h", "tracheostomy", 64),
    ("i", "gastrostomy", 120),
]
# Three patients died in the first year: at 6, 7 and 9 months.
DEATHS = [("j", date(2014, 9, 10)), ("h", date(2014, 10, 10)), ("k", date(2014, 12, 10))]

# The printed rows of Table 2, event by event.
TABLE = {
    "a": [tachycardia()],
    "b": [tachycardia()],
    "c": [tachycardia(), event("Hypertension", "Hypertension", 3, 0, ended=day(0))],
    "d": [
        event("Headache", "Headache", 1, 0, began_at="10:12", ended=day(0)),
        event("Dizziness", "Dizziness", 1, 0, began_at="10:12", ended=day(0)),
    ],
    "e": [event("Dyspnea", "Dyspnea", 2, 14, ended=day(28))],
    "l": [event("Dyspnea", "Dyspnea", 2, 14, ended=day(28))],
    "f": [
        event("Bacterial pneumonia", "Lung infection", 3, 14, criteria="hospital", ended=day(28))
    ],
    "g": [
        event("Left chest pain", "Non-cardiac chest pain", 2, 20, ended=day(40)),
        embolism(21, "fatal", ended="2014-12"),
        event("PEG", "PEG", 2, 152, "unknown"),
    ],
    "h": [
        event("Left chest pain", "Non-cardiac chest pain", 2, 58, ended=day(80)),
        embolism(60, "fatal", ended="2014-10-10"),
    ],
    "i": [event("PEG", "PEG", 2, 120, "unknown")],
}
# The same rows as they are printed: event, patients.
TABLE_2 = {
    "Sinus tachycardia": 3,
    "Hypertension": 1,
    "Headache": 1,
    "Dizziness": 1,
    "Dyspnea": 2,
    "Lung infection": 1,
    "Non-cardiac chest pain": 2,
    "Thromboembolic event": 2,
    "PEG": 2,
}
TOLD = {
    "Sinus tachycardia": 2,
    "Hypertension": 1,
    "Headache": 1,
    "Vertigo": 1,
    "Dyspnea": 1,
    "Lung infection": 1,
    "Non-cardiac chest pain": 1,
    "Thromboembolic event": 2,
    "Pleural effusion": 1,
    "Respiratory failure": 1,
}
# Where the two tellings differ: the text's number of patients, the table's.
DIFFERENCES = {
    "Sinus tachycardia": (2, 3),
    "Vertigo": (1, 0),
    "Dizziness": (0, 1),
    "Dyspnea": (1, 2),
    "Non-cardiac chest pain": (1, 2),
    "Pleural effusion": (1, 0),
    "Respiratory failure": (1, 0),
    "PEG": (0, 2),
}

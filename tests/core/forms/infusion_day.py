"""What is typed in the forms of an infusion day, as version 2 of the trial's schedule asks for it at its visit INF."""

PRODUCT = {
    "product": "Ad-MSC",
    "source": "allogeneic",
    "passage": "3",
    "lot": "0457-B",
    "use_by": "2026-05-21 14:00",
    "viability": "94",
    "sterility": "negative",
    "endotoxin_sign": "below",
    "endotoxin": "0.25",
    "mycoplasma": "negative",
    "cd73": "98",
    "cd45": "0.4",
    "checked_by": "N. Urse",
    "second_checker": "Dr N.",
}
DONOR = {
    "relation": "unrelated",
    "code": "D-031",
    "sex": "female",
    "age": "31",
    "consent": "yes",
    "consent_on": "2026-01-12",
    **dict.fromkeys(
        ("hbsag", "anti_hbc", "hcv", "hiv", "htlv1", "htlv2", "syphilis", "cmv"), "negative"
    ),
}
FIRST = {"identity": "yes", "consent": "yes", "checked_by": "N. Urse"}
DOSE = {"weight": "75.2", "per_kg": "2"}
START = {
    "lot": "0457-B",
    "line": "peripheral",
    "site": "left forearm, 20 G",
    "given_by": "N. Urse",
    "second_checker": "Dr N.",
    "start": "2026-05-21 10:02",
}
END = {"end": "2026-05-21 10:07", "given": "150", "volume": "10"}
INFUSION = {**FIRST, **DOSE, **START, **END}
DISCHARGE = {
    "at": "2026-05-21 16:20",
    "state": "as_before",
    "instructions": "fever\nphone",
    "who": "N. Urse",
}


def entered(draft, form, texts):
    """Save a form of this visit as it would be typed; what is wrong with it is the failure."""
    defined = draft.forms.form(form)
    record = next(iter(draft.forms.records(defined)), None)
    one = draft.forms.entry(defined, record, texts)
    assert one.record is not None, [each.problem.message for each in one.judge().found]
    draft.forms.save(one.record)

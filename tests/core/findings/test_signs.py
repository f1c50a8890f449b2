"""F31: terms are read by their meaning: synonyms, abbreviations, Persian; and not where they are denied."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidReference
from core.findings import signs

THERE = (
    "Syncope", "Tachypnea", "SOB", "S.O.B.", "S.O.B", "تنگی نفس", "تنگي نفس", "تنگی‌نفس", "درد قفسه سینه", "درد قفسه‌ی سینه",
    "آمبولی ریه", "امبولی ریه", "PE", "P.E.", "DVT", "VTE", "Pulmonary emboli", "pulmonary embolus",
    "Thromboembolic event", "deep vein thrombosis", "Chest pain", "Non-cardiac chest pain", "Left-sided pains in the chest",
    "Chest wall pain", "Pleuritic pain", "Dyspnoea", "sudden dyspnea", "dyspnée", "dispnea", "Shortness of breath",
    "breathlessness at night", "difficulty in breathing", "out of breath", "cannot breathe", "can't breathe",
    "Trouble breathing", "SOB on exertion", "Chest tightness", "tight chest", "Chest discomfort",
    "retrosternal pain", "Hypoxia", "desaturation", "coughing up blood", "Haemoptysis", "hyperventilation",
    "collapse", "fainted twice", "loss of consciousness", "passed out", "Swelling of the left leg", "Swollen legs",
    "Edema limbs", "ankle swelling", "calf pain", "Swollen calf", "Left foot swollen", "Feet are swollen",
    "Peripheral edema", "Oedema, peripheral", "lower extremity edema", "Oedema of both lower extremities",
    "Peripheral oedema (both ankles)", "Blood clot in leg", "suspected PE", "سینه‌درد", "قفسه‌ی سینه درد می‌کند",
    "نفسش تنگ است", "پایش ورم کرده", "تورم ساق پا", "ورم پاها", "لخته خون در پا", "غش کرد", "سنکوپ", "بیهوشی",
    "تاکی‌پنه", "تاکی پنه",
)  # fmt: skip
DENIED = (
    "No dyspnoea", "no dyspnea", "NO SOB", "Denies chest pain", "denied dyspnea", "without dyspnoea", "w/o SOB",
    "no chest pain or dyspnoea", "No fever, cough, or dyspnoea", "Denies chest pain, dyspnoea",
    "Patient denies any shortness of breath or chest pain", "Chest pain: none", "chest pain - no", "dyspnea: no",
    "Dyspnoea absent", "PE ruled out", "DVT excluded", "No evidence of DVT", "no sign of pulmonary embolism", "negative for PE",
    "never had chest pain", "does not have chest pain", "has no shortness of breath", "not short of breath", "no longer short of breath",
    "No leg swelling", "no syncope", "no SOB, no chest pain", "family history of PE", "تنگی نفس ندارد", "بدون تنگی نفس",
    "تنگی نفس و درد قفسه سینه ندارد", "تب و تنگی نفس ندارد", "درد سینه نداشت", "فاقد درد سینه", "هیچ تنگی نفسی ندارد",
    "بدون درد قفسه سینه و تنگی نفس", "سابقه تنگی نفس را انکار می‌کند",
)  # fmt: skip
OTHER = (
    "Headache", "Back pain", "Abdominal pain", "Chest infection", "chest infection and back pain", "Legal problem",
    "Fall", "Peripheral neuropathy", "Tight muscles", "Trouble sleeping", "Swollen gums", "Thrombocytopenia",
    "Leg pain", "Weak legs", "Knee swelling", "Fatigue", "Pneumonia", "Petechiae", "Pelvic pain", "Bad breath", "سردرد",
    "درد شکم", "سرفه", "پا درد", "PEG site infection", "faintly itching rash", "Leg cramps", "تپش قلب", "سرگیجه", "شکستگی پا", "",
)  # fmt: skip
THERE_IN_SPITE_OF_A_NO = (
    "Dyspnoea without chest pain", "Dyspnoea, no chest pain", "No fever but dyspnoea", "No fever, dyspnoea since Monday",
    "no relief of dyspnoea", "Dyspnea not resolved", "could not sleep because of dyspnoea", "No appetite and short of breath",
    "Not feeling well, SOB", "No fever; dyspnoea", "Chest pain: yes, dyspnoea: no", "درد سینه ندارد ولی تنگی نفس دارد",
    "تنگی نفس دارد و تب ندارد", "تنگی نفس برطرف نشده",
)  # fmt: skip

MORE_THERE = (
    "Short of breath", "Breathing difficulties", "Dyspnea (NYHA III)", "Pain, chest", "thoracic pain", "PE?", "?PE", "r/o PE",
    "SOB/CP", "Increased work of breathing", "Orthopnoea", "Sharp pain left chest", "pain in the left side of the chest", "pain on inspiration", "Pleurisy",
    "Swollen, painful left calf", "bilateral leg oedema", "pitting oedema", "Redness and swelling of calf", "Presyncope",
    "Black-out", "spitting blood", "low SpO2", "hypoxaemia", "Can not breathe", "could not catch her breath", "choking for air",
    "lung embolism", "Clots in lungs", "New onset dyspnoea", "Dyspnea, worse since last week, denies fever",
    "No cough. Chest pain today.", "not only dyspnoea but chest pain", "Chest pain (+)", "نفس‌تنگی", "دشواری در تنفس", "احساس خفگی", "از حال رفت",
    "نفسم بالا نمی‌آید", "تند نفس کشیدن", "ورم پای چپ", "پای راست متورم است", "ورم اندام تحتانی", "دی‌وی‌تی", "آمبولى ريه", "افت ساچوریشن",
)  # fmt: skip
MORE_DENIED = (
    "no complaints of chest pain", "chest pain denied", "not experiencing dyspnea", "Pt. denies SOB/CP", "(-) chest pain", "chest pain (-)",
    "dyspnoea: negative", "no h/o PE", "Free of chest pain", "absence of leg swelling", "without any leg swelling or chest pain",
    "There was no chest pain", "has not had any chest pain", "CT negative for PE", "PE excluded by CT", "neither chest pain nor dyspnoea",
    "Fall without loss of consciousness", "Fall; no LOC", "Dyspnoea? No", "dyspnoea = no", "درد قفسه سینه وجود ندارد", "تنگی نفس را رد می‌کند",
    "سابقه آمبولی ندارد", "تنگی نفس: خیر", "تنگی نفس گزارش نشده", "نه تنگی نفس و نه درد سینه",
)  # fmt: skip


def means(*texts):
    return signs.means("embolism", *texts)


@pytest.mark.parametrize("term", THERE + MORE_THERE)
def test_f31_a_sign_is_read_however_it_is_named(term):
    assert means(term)
    assert means(term.upper())


@pytest.mark.parametrize("term", DENIED + MORE_DENIED)
def test_f31_a_denied_sign_is_none(term):
    assert not means(term)


@pytest.mark.parametrize("term", OTHER)
def test_another_event_is_none(term):
    assert not means(term)


@pytest.mark.parametrize("term", THERE_IN_SPITE_OF_A_NO)
def test_a_denial_of_something_else_denies_nothing(term):
    assert means(term)


def test_one_of_two_texts_is_enough():
    assert means("tightness", "Chest wall pain")
    assert not means("tightness", "")


@given(
    st.sampled_from(THERE),
    st.sampled_from(("No", "Denies", "Without", "No evidence of", "Patient denies")),
)
def test_whatever_is_named_can_be_denied(term, denial):
    if term not in {"cannot breathe", "can't breathe"}:
        assert not means(f"{denial} {term}") or "," in term


@given(st.sampled_from(THERE), st.sampled_from(OTHER))
def test_another_event_beside_it_hides_nothing(term, other):
    assert means(f"{other}. {term}")
    assert means(f"{term}; {other}")


@given(st.text(max_size=80))
def test_any_text_is_read(text):
    assert means(text) in {True, False}


def test_a_bad_file_is_refused_by_name(tmp_path):
    path = tmp_path / "signs.toml"
    for text in ("signs = 3", "[[signs]", '[[signs]]\nid = "a"'):
        path.write_text(text, "utf-8")
        with pytest.raises(InvalidReference, match=r"signs\.toml"):
            signs.read(path)

"""A clinic's own form is checked, added, there when the file is opened again, and never changed."""

from pathlib import Path

import pytest

from core.acts import own_forms
from core.errors import InvalidForm, NotAllowed, StorageError, UnreadableImport
from core.forms import catalog
from core.model.form_record import FormRecord, Item
from core.model.user import Role
from core.session import Session, new_user
from core.store import verification
from tests.core.examples import a_patient
from tests.core.forms.made_up import EVERY_TYPE

TEXT = EVERY_TYPE.format(of="patient", layout="page")

DICTIONARY = """\
Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"Choices, Calculations, OR Slider Labels",Field Note,Text Validation Type OR Show Slider Number,Text Validation Min,Text Validation Max,Identifier?,Branching Logic (Show field only if...),Required Field?
visit_day,mobility,,text,Day of the test,,,date_ymd,,,,,y
falls,mobility,Falls,yesno,Any fall?,,,,,,,,y
how_many,mobility,,text,How many,,since the last visit,integer,1,50,,[falls] = '1',
aid,mobility,Walking,radio,<b>Walking aid</b>,"0, none | 1, stick | 2, Walker",,,,,,,
hurts,mobility,,checkbox,What hurts,"1, hip | 2, knee",,,,,,,
which,mobility,,text,Who is the carer,,,,,,y,[hurts(2)] = '1',
speed,mobility,,text,Speed,,,number,0,3.5,,,
score,mobility,,calc,Sum,[falls]+1,,,,,,,
odd,mobility,,notes,Odd,,,,,,,[speed] > 1 or [falls] = '1',
tired,fatigue,,slider,How tired,,,,,,,,
"""


@pytest.fixture(autouse=True)
def forget():
    yield
    catalog.use_own([])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "sleep.toml"
    path.write_text(TEXT, "utf-8")
    return path


def add(session, path):
    for text, form in own_forms.read(path):
        own_forms.add(session, text, form)


def test_a_form_that_was_added_is_there_when_the_file_is_opened_again(session, file):
    add(session, file)
    patient = a_patient(record_number="7")
    record = FormRecord(
        patient_id=patient.id, form="sleep", version="1", entered_by=session.login,
        entered_at=session.trail.entries()[0].at,
        items={"quality": Item(value="bad"), "hours": Item(value=6.5), "started": Item(value="2026")},
    )  # fmt: skip
    with session.write():
        session.patients.save(patient)
        session.forms.save(record)
    path, key = session.path, session._key
    session.close()
    catalog.use_own([])
    again = Session(path, key, "dr.demo")
    assert [one.id for one in own_forms.of_clinic(again)] == ["sleep"]
    assert again.record(patient.id).of_form("sleep") == (record,)
    assert again.trail.verify().is_whole
    again.close()
    assert verification.verify_file(
        path, key
    ).is_whole  # without a session, by the file's own forms


def test_the_trail_says_who_added_a_form(session, file):
    add(session, file)
    (entry,) = session.trail.entries(entity="definition")
    assert (entry.actor, entry.row) == ("dr.demo", "form/sleep/1")


def test_a_version_that_is_there_is_never_changed(session, file):
    add(session, file)
    file.write_text(TEXT.replace('title = "Slept"', 'title = "Hours slept"'), "utf-8")
    with pytest.raises(InvalidForm, match="“sleep” of version 1 already"):
        add(session, file)
    with pytest.raises(StorageError), session.write("past the program"):
        session._db.execute("UPDATE definition SET text = 'x'")
    file.write_text(TEXT.replace('version = "1"', 'version = "2"', 1), "utf-8")
    add(session, file)
    assert catalog.newest()["sleep"].version == "2"
    assert catalog.find("sleep", "1") is not None


def test_an_older_version_than_the_newest_is_refused_with_the_next_number(session, file):
    """New records would be entered with the newest one: an older one that is added later would never be used."""
    text = file.read_text("utf-8")
    for version in ("1", "3"):
        newer = text.replace('version = "1"', f'version = "{version}"')
        own_forms.add(session, newer, catalog.read("sleep.toml", newer.encode()))
    older = text.replace('version = "1"', 'version = "2"')
    with pytest.raises(InvalidForm, match=r"version 3 already\. Give this one version 4"):
        own_forms.add(session, older, catalog.read("sleep.toml", older.encode()))


def test_a_shipped_form_cannot_be_replaced(session, tmp_path):
    path = tmp_path / "medicine.toml"
    path.write_text(TEXT.replace('id = "sleep"', 'id = "medicine"', 1), "utf-8")
    with pytest.raises(InvalidForm, match="“medicine” of version 1 already"):
        add(session, path)


def test_a_nurse_adds_no_form(session, file):
    with session.write():
        session.users.save(new_user("nurse", "N. Urse", Role.NURSE))
    path, key = session.path, session._key
    session.close()
    nurse = Session(path, key, "nurse")
    with pytest.raises(NotAllowed):
        add(nurse, file)
    assert "sleep" not in catalog.newest()
    nurse.close()


def test_a_form_of_another_file_is_not_there(session, file, tmp_path):
    add(session, file)
    assert "sleep" in catalog.newest()
    session.close()
    other = Session(tmp_path / "other.als", bytes(32), "dr.demo", create=True)
    assert "sleep" not in catalog.newest()
    other.close()


def test_verify_finds_a_value_that_its_form_does_not_allow(session):
    patient = a_patient(record_number="7")
    record = FormRecord(
        patient_id=patient.id, form="medicine", version="1", entered_by=session.login,
        entered_at=session.trail.entries()[0].at if session.trail.entries() else patient_day(),
        items={"substance": Item(value="Riluzole"), "dose": Item(value="many")},
    )  # fmt: skip
    with session.write():
        session.patients.save(patient)
        session.forms.save(record)
    verdict = session.trail.verify()
    assert not verdict.is_whole and "“dose”" in verdict.problem and "medicine" in verdict.problem


def patient_day():
    from core import clock

    return clock.now()


def test_a_data_dictionary_of_redcap_becomes_forms(tmp_path):
    path = tmp_path / "dictionary.csv"
    path.write_text(DICTIONARY, "utf-8")
    (_text, mobility), (_other, fatigue) = own_forms.read(path)
    assert [one.id for one in mobility.fields] == [
        *("visit_day", "falls", "how_many", "aid", "hurts", "which", "speed", "odd")
    ]
    kinds = {one.id: one.type.value for one in mobility.fields}
    assert kinds == {
        "visit_day": "date", "falls": "yes_no", "how_many": "integer", "aid": "choice",
        "hurts": "choices", "which": "text", "speed": "number", "odd": "long_text",
    }  # fmt: skip
    assert mobility.field("aid").title == "Walking aid"
    assert mobility.field("aid").choice("2").text == "Walker"
    assert (mobility.field("how_many").low, mobility.field("how_many").high) == (1, 50)
    assert mobility.group(mobility.field("how_many").group).show_if == {"falls": True}
    assert mobility.group(mobility.field("which").group).show_if == {"hurts": "2"}
    assert mobility.field("which").identifies.value == "yes"
    assert (fatigue.field("tired").low, fatigue.field("tired").high) == (0, 100)
    plotted = {one.id for form in (mobility, fatigue) for one in form.fields if one.plot}
    assert plotted == {"how_many", "speed", "tired"}


def test_what_redcap_asks_and_we_do_not_have_is_named():
    from core.imports import redcap

    mobility, _fatigue = redcap.forms(DICTIONARY.encode())
    assert [one.partition(":")[0] for one in mobility.left_out] == ["score", "odd"]


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", "Größe".encode("utf-16")])
def test_another_table_is_no_data_dictionary(tmp_path, data):
    path = Path(tmp_path / "table.csv")
    path.write_bytes(data)
    with pytest.raises(UnreadableImport, match="no data dictionary"):
        own_forms.read(path)

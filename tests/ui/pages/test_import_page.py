import pytest

from core import resources
from tests.ui.conftest import words
from tests.ui.keyboard import Key, press, settle

TABLE = resources.path("demo", "table1.csv")
BAD = """patient,age,sex,onset,duration_months,alsfrsr_baseline,fvc_pct_baseline
1,35,M,Limb,17,37,50
2,25,X,Limb,90,37,43
3,53,F,Leg,21,53,82.6
3,44,F,Limb,abc,36,57
"""


@pytest.fixture
def page(shell):
    shell.show_page("import")
    settle()
    return shell.page("import")


def cells(page, column):
    model = page.model
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_table_1_is_seen_row_by_row_and_then_imported(page, shell, session):
    page.open_file(TABLE)
    settle()
    assert cells(page, 1) == [str(n) for n in range(1, 18)]
    assert set(cells(page, 4)) == {"ready"}
    assert "35 y as stated" in cells(page, 2)[0]
    assert "ALSFRS-R total 37/48 (items unknown)" in cells(page, 2)[0]
    assert "17 rows, all ready" in words(page)
    assert session.patients.all() == [], "nothing is written before it is confirmed"
    assert page.confirm.text() == "Import 17 patients"
    page.focus_first()
    press(Key.Key_Space)
    assert shell.current is shell.page("patients")
    assert "17 of 17" in words(shell.current)
    assert len(session.patients.all()) == 17
    first = session.patients.all()[0]
    assert (first.stated_age_years, first.stated_duration_months, first.born) == (35, 17, None)


def test_a_file_with_mistakes_says_where_and_cannot_be_imported(page, session, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(BAD, "utf-8")
    audit = list(session._db.query("SELECT * FROM audit"))
    page.open_file(bad)
    settle()
    assert cells(page, 4) == ["ready", "to fix", "to fix", "to fix"]
    assert cells(page, 0) == ["2", "3", "4", "5"]
    assert cells(page, 2)[1].startswith("sex:")
    assert "alsfrsr_baseline:" in cells(page, 2)[2]
    assert "3 rows to fix, nothing will be imported" in words(page)
    assert not page.confirm.isEnabled()
    page.confirm.click()
    page._confirm()
    assert session.patients.all() == []
    assert list(session._db.query("SELECT * FROM audit")) == audit


def test_a_file_that_cannot_be_read_is_one_sentence(page, shell, tmp_path):
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"\x00\x01\x02\xff\xfe")
    for path in (broken, tmp_path / "gone.csv"):
        page.open_file(path)
        settle()
        assert shell._message.isVisible()
        said = shell._message.text()
        assert said.endswith(".") and "\n" not in said and "Traceback" not in said
        assert page.model.rowCount() == 0
        assert not page.confirm.isEnabled()


def test_a_second_import_of_the_same_file_is_refused(page, shell):
    page.open_file(TABLE)
    page.confirm.click()
    shell.show_page("import")
    page.open_file(TABLE)
    settle()
    assert set(cells(page, 4)) == {"to fix"}
    assert not page.confirm.isEnabled()


def test_cancelling_writes_nothing(page, shell, session):
    page.open_file(TABLE)
    page._cancel()
    assert shell.current is shell.page("patients")
    assert session.patients.all() == []


def test_improbable_values_are_imported_only_when_somebody_has_looked(page, session, tmp_path):
    path = tmp_path / "litres.csv"
    path.write_text("patient,sex,age,fvc_pct\n1,M,50,3.12\n2,F,51,82.6\n", "utf-8")
    page.open_file(path)
    settle()
    assert "1 improbable value to look at" in words(page)
    assert "fvc_pct: 3.12 %: are these litres?" in cells(page, 3)[0]
    assert not page.confirm.isEnabled() and page.right.isVisible()
    page.right.setFocus()
    press(Key.Key_Space)
    assert page.confirm.isEnabled()
    press(Key.Key_Space)
    assert not page.confirm.isEnabled(), "taken back"
    press(Key.Key_Space)
    page.confirm.click()
    settle()
    assert len(session.patients.all()) == 2


def choose_in(box, place):
    """Choose by keyboard, as somebody does whom the page has asked."""
    box.setFocus()
    for _ in range(place + 1):
        press(Key.Key_Down)
    settle()


def test_a_list_of_an_older_encoding_is_asked_about_and_seen_before_it_is_imported(
    page, session, tmp_path
):
    path = tmp_path / "old.csv"
    path.write_bytes("patient,surname\n1,رضايي\n2,محمدي\n".encode("windows-1256"))
    page.open_file(path)
    settle()
    assert "old.csv is not UTF-8" in words(page)
    box = page.how_written.boxes["encoding"]
    assert box.isVisible() and box.hasFocus()
    assert box.currentIndex() == -1, "nothing is chosen for anybody"
    assert not page.how_written.boxes["separator"].isVisible()
    shown = [box.itemText(place) for place in range(box.count())]
    assert "رضايي, محمدي   (Windows-1256, Arabic, Persian)" in shown
    assert not page.confirm.isEnabled()
    choose_in(box, next(n for n, text in enumerate(shown) if "1252" in text))
    assert "ÑÖÇíí" in cells(page, 2)[0], "a wrong choice is seen"
    box.setCurrentIndex(box.findData("windows-1256"))
    box.activated.emit(box.currentIndex())
    settle()
    assert "رضايي" in cells(page, 2)[0]
    page.confirm.click()
    assert [one.family_name for one in session.patients.all()] == ["رضايي", "محمدي"]


def test_the_next_file_is_asked_about_anew(page, tmp_path):
    path = tmp_path / "old.csv"
    path.write_bytes("patient,surname\n1,رضايي\n".encode("windows-1256"))
    page.open_file(path)
    choose_in(page.how_written.boxes["encoding"], 0)
    page.open_file(TABLE)
    settle()
    assert not page.how_written.boxes["encoding"].isVisible()
    assert "17 rows, all ready" in words(page)
    page.open_file(path)
    settle()
    assert page.how_written.boxes["encoding"].currentIndex() == -1
    assert page.model.rowCount() == 0


def test_a_number_of_two_readings_asks_for_the_sign_of_decimals(page, tmp_path):
    path = tmp_path / "months.csv"
    path.write_text("patient;age;duration_months\n1;50;1,200\n", "utf-8")
    page.open_file(path)
    settle()
    box = page.how_written.boxes["decimal"]
    assert box.isVisible() and cells(page, 4) == ["to fix"]
    choose_in(box, [box.itemText(n) for n in range(box.count())].index("comma"))
    assert "1.2 months as stated" in cells(page, 2)[0]
    assert page.confirm.isEnabled()
    assert box.isVisible(), "it can be changed"

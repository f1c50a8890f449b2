"""Who may be one person, on names as clinics write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.duplicates import alike, among, number_alike
from core.model.patient import Patient, Sex

BORN = date(1960, 8, 3)


def patient(family="", given="", born=None, sex=Sex.UNKNOWN, number="A-1"):
    return Patient(
        record_number=number,
        family_name=family,
        given_name=given,
        born=born,
        sex=sex,
        protocol="routine",
        protocol_version="1",
        registered_on=date(2026, 11, 21),
    )


def why(one, other):
    return [each.why for each in alike(one, [other])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Rezaei", "Ali"), ("REZAEI", "ali")),
        (("Rezaei", "Ali"), ("Ali", "Rezaei")),
        (("Müller", "Jörg"), ("Muller", "JORG")),
        (("Groß", "Ida"), ("GROSS", "Ida")),
        (("Søndergård", "Bo"), ("Sondergard", "Bo")),
        (("Mohammadi", "Abdol Rahman"), ("Mohammadi", "Abdolrahman")),
        (("O'Brien", "Mary-Jane"), ("OBrien", "Mary Jane")),
        (("رضايي", "علي"), ("رضایی", "علی")),
        (("كريمي", "مُحَمَّد"), ("کریمی", "محمد")),
        (("علی‌پور", "سارا"), ("علی پور", "سارا")),
        (("Παπαδόπουλος", "Γιώργος"), ("ΠΑΠΑΔΟΠΟΥΛΟΣ", "ΓΙΩΡΓΟΣ")),
        (("Соловьёв", "Пётр"), ("Соловьев", "Петр")),
        (("Rezaei", ""), ("rezaei ", "")),
        (("Ｒｅｚａｅｉ", "Ali"), ("Rezaei", "Ali")),
    ],
)
def test_the_same_name_is_asked_about_whatever_the_birth_date(one, other):
    """Also where birth dates differ: one of them may be a slip."""
    found = why(patient(*one, born=BORN), patient(*other, born=date(1961, 1, 1), number="A-10"))
    assert len(found) == 1
    assert found[0].startswith("A-10 has the same name: ")
    assert found[0].endswith(", born 1 Jan 1961.")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Rezaei", "Ali"), ("Rezai", "Aly")),
        (("Mohammadi", "Hosein"), ("Mohamadi", "Hossein")),
        (("Ghasemi", "Yousef"), ("Qasemi", "Yusuf")),
        (("رضایی", "علی"), ("Rezaei", "Ali")),
        (("صادقی", "شیرین"), ("Sadeghi", "Shirin")),
        (("Schmidt", "Anna"), ("Schmitt", "Anna")),
        (("Smith", "William"), ("Smith", "Bill")),
        (("Ahmadi", "Maryam"), ("Karimi", "Maryam")),
        (("Jonhson", "Erik"), ("Johnson", "Eric")),
        (("", ""), ("Rezaei", "Ali")),
    ],
)
def test_a_near_name_with_the_same_birth_date(one, other):
    first = patient(*one, born=BORN, sex=Sex.MALE)
    second = patient(*other, born=BORN, sex=Sex.MALE, number="A-10")
    assert len(why(first, second)) == len(why(second, first)) == 1
    assert "has the same birth date" in " ".join(alike(first, [second])[0].why.split())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (patient("Smith", "Anna", BORN), patient("Jones", "Peter", BORN)),
        (
            patient("Smith", "Robin", BORN, Sex.FEMALE),
            patient("Smyth", "Robyn", BORN, Sex.MALE),
        ),
        (patient("Rezaei", "Ali", BORN), patient("Rezai", "Ali", date(1971, 2, 2))),
        (patient("Hosseini", "Ali"), patient("Hosseini", "Reza")),
        (patient(), patient()),
        (patient(born=BORN), patient(born=date(1960, 3, 8))),
    ],
)
def test_what_speaks_for_two_people_is_not_asked_about(one, other):
    assert why(one, other) == []


def test_an_unknown_sex_or_birth_date_is_no_difference():
    assert why(patient("Smith", "Ann", BORN, Sex.FEMALE), patient("Smyth", "Ann", BORN))
    assert why(patient("Mohammadi", "Hassan", BORN), patient("Mohamadi", "Hasan"))


def test_nobody_is_alike_to_themselves():
    one = patient("Smith", "Ann", BORN)
    assert alike(one, [one]) == ()


def test_a_list_is_compared_with_itself_too():
    one, two = patient("Smith", "Ann"), patient("Smith", "Ann", number="A-2")
    known = patient("Smyth", "Ann", BORN, number="K-1")
    found = among([one, two, patient("Fischer", "Eva")], [known])
    assert list(found) == [two.id]
    assert found[two.id] == ("A-1 has the same name: Smith, Ann, birth date not known.",)


@pytest.mark.parametrize(
    ("number", "other"),
    [("001", "1"), ("A-01", "a-1"), ("A1", "A 01"), ("۱۲", "12"), ("2026/007", "2026-7")],
)
def test_record_numbers_that_read_alike(number, other):
    assert number_alike(number, ["77", other]) == other


@pytest.mark.parametrize(
    ("number", "other"),
    [("1-12", "11-2"), ("A-010", "A-100"), ("A-1", "B-1"), ("", ""), ("-", "/"), ("1", "10")],
)
def test_record_numbers_that_do_not(number, other):
    assert number_alike(number, [other]) == ""


names = st.text(max_size=12)


@given(one=st.tuples(names, names), other=st.tuples(names, names))
def test_likeness_is_mutual(one, other):
    for born in (None, BORN):
        first, second = patient(*one, born=born), patient(*other, born=born, number="A-2")
        assert bool(why(first, second)) == bool(why(second, first))

"""Who may be one person, on names as clinics write them."""

import sys
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.findings.duplicates import NumbersKnown, alike, among
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
    assert NumbersKnown(["77", other]).alike(number) == other


@pytest.mark.parametrize(
    ("number", "other"),
    [("1-12", "11-2"), ("A-010", "A-100"), ("A-1", "B-1"), ("", ""), ("-", "/"), ("1", "10")],
)
def test_record_numbers_that_do_not(number, other):
    assert NumbersKnown([other]).alike(number) == ""


names = st.text(max_size=12)

people = st.builds(
    patient,
    st.sampled_from(["Smith", "Smyth", "smit h", "Rezaei", "رضایی", "Karimi", "Karini", "", "Ab"]),
    st.sampled_from(["Ann", "Anne", "Anna", "Hassan", "Hasan", "Smith", ""]),
    st.none() | st.sampled_from([BORN, date(1970, 1, 1)]),
    st.sampled_from(Sex),
)


@given(new=st.lists(people, max_size=8), known=st.lists(people, max_size=8))
def test_a_list_is_asked_about_as_if_everybody_were_compared_with_everybody(new, known):
    everybody = {
        one.id: sentences
        for index, one in enumerate(new)
        if (sentences := tuple(each.why for each in alike(one, [*known, *new[:index]])))
    }
    assert among(new, known) == everybody


def test_a_long_list_is_not_compared_line_by_line():
    """Ten times as many people cost about ten times as much, and not a hundred times."""
    chance = Random(1)

    def name():
        return "".join(chance.choices("abcdefghiklmnoprstuvz", k=9))

    def cost(n):
        some = [patient(name(), name(), number=str(i)) for i in range(n)]
        counted = 0

        def count(_frame, event, _arg):
            nonlocal counted
            counted += event == "call"

        sys.setprofile(count)
        try:
            among(some, ())
        finally:
            sys.setprofile(None)
        return counted

    small, large = cost(40), cost(400)
    assert large < 20 * small


@given(one=st.tuples(names, names), other=st.tuples(names, names))
def test_likeness_is_mutual(one, other):
    for born in (None, BORN):
        first, second = patient(*one, born=born), patient(*other, born=born, number="A-2")
        assert bool(why(first, second)) == bool(why(second, first))

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import resources
from core.errors import InvalidInstrument
from core.instruments import catalog

GOOD = resources.path("instruments", "alsfrs_r.toml").read_text("utf-8")
SPEECH = GOOD.index('id = "speech"')
MINI = """\
id = "mini"
version = "3"
title = "Mini"
citation = "us"
higher_is_better = true
items = [
    # { a comment, in which "nothing" counts
    { id = "mood", number = "1", title = "Mood [of {today}]", short = "Mo", choices = [{ score = 2, text = "good" }, { score = 1, text = "bad" }] },
    { id = "hope", number = "2", title = "Hope", short = "Ho", choices = [{ score = 1, text = "yes" }, { score = 0, text = "no" }] },
]

[[scales]]
id = "sum"
title = "Sum"
slots = [
    "mood",
    "hope",
]
maximum = 3
total = true
"""


def refusal(folder, text, name="bad.toml"):
    """What the catalogue says of a file, without the file's name, and the line that it names."""
    data = text if isinstance(text, bytes) else text.encode()
    (folder / name).write_bytes(data)
    with pytest.raises(InvalidInstrument) as refused:
        catalog.load(folder)
    where, _, message = str(refused.value).partition(": ")
    file, _, line = where.partition(", line ")
    assert file == name
    assert message.endswith(".")
    assert "\n" not in message
    return int(line), message


def changed(old, new, after=0, text=GOOD):
    assert old in text[after:]
    return text[:after] + text[after:].replace(old, new, 1)


def line_of(part, text=GOOD, after=0):
    return text.count("\n", 0, text.index(part, after)) + 1


def first_change(text, from_text=GOOD):
    pairs = zip(text.splitlines(), from_text.splitlines(), strict=False)
    return next(n for n, (one, other) in enumerate(pairs, 1) if one != other)


def test_what_is_shipped():
    assert set(catalog.shipped()) == {"alsfrs-r", "nrs-pain-fatigue"}
    assert catalog.alsfrs_r().version == "1"
    assert catalog.named("alsfrs-r", "1") is catalog.alsfrs_r()
    assert catalog.alsfrs_r_total() is catalog.alsfrs_r().total
    assert all(one.citation for one in catalog.versions().values())


@pytest.mark.parametrize(("id", "version"), [("roads-2031", "1"), ("alsfrs-r", "7")])
def test_a_questionnaire_of_another_version_of_the_program(id, version):
    with pytest.raises(
        InvalidInstrument, match=f"no questionnaire named “{id}” of version {version}"
    ):
        catalog.named(id, version)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "ALSFRS-R"', 'title = ""', "“title” is empty; write its words."),
        ('title = "ALSFRS-R"', 'title = " "', "“title” is empty; write its words."),
        ('title = "ALSFRS-R"', "title = 5", "“title” must be a text, not 5."),
        (
            'version = "1"',
            'version = "1.2"',
            "version “1.2” is not a whole number; write 1, 2, 3 and so on.",
        ),
        ('version = "1"', 'version = "01"', "version “01” is not a whole number"),
        ('version = "1"', "version = 1", "“version” must be a text, not 1."),
        (
            "higher_is_better = true",
            'higher_is_better = "no"',
            '“higher_is_better” must be true or false, not "no".',
        ),
        ("rater_help = [", 'rater_hlep = "x"\nrater_help = [', "“rater_hlep” means nothing here"),
        ('    "Compare with', '    "", "Compare with', "“rater_help” is empty"),
        (
            'id = "salivation"',
            'id = "speech"',
            "item speech is there twice; give each item its own id.",
        ),
        (
            'number = "2"',
            'number = "1"',
            "item salivation has the number 1 of another; give each item its own.",
        ),
        (
            'short = "Speech"',
            'shrot = "Speech"',
            "“shrot” means nothing here; remove it, or spell it as one",
        ),
        ('title = "Speech"', 'title = "\\t"', "“title” is empty; write its words."),
        ('number = "5b"', 'number = "5"', "end its number in a letter of its own, as 5a and 5b."),
        ('number = "5b"', 'number = "6a"', "end its number in a letter of its own, as 5a and 5b."),
        (
            'requires = "gastrostomy"',
            'requires = "peg"',
            "item cutting_with_gastrostomy requires peg, which is no milestone; write one of: niv, ",
        ),
        (
            "score = 3",
            "score = 4",
            "item speech gives score 4 to two choices; give each choice its",
        ),
        ("score = 3", "score = 2.5", "“score” must be a whole number, not 2.5."),
        ("score = 3", "score = 3.0", "“score” must be a whole number, not 3.0."),
        ("score = 3", "score = true", "“score” must be a whole number, not true."),
        ("score = 3", 'score = "3"', '“score” must be a whole number, not "3".'),
        ("score = 3", "score = -1", "item speech has the score -1; scores go from 0 to 10."),
        ("score = 3", "score = 11", "item speech has the score 11; scores go from 0 to 10."),
        (
            "score = 3",
            "scor = 3",
            "“scor” means nothing here; remove it, or spell it as one of: score, ",
        ),
        ("{ score = 3, ", "{ ", "“score” is missing; add it."),
        (
            '{ score = 3, text = "Detectable speech disturbance" }',
            "{ score = 3 }",
            "item speech has no words for score 3; add its “text”.",
        ),
        (
            '{ score = 3, text = "Detectable speech disturbance" }',
            '"Detectable speech disturbance"',
            'a table must be here, not "Detectable speech disturbance".',
        ),
        (
            '"Detectable speech disturbance"',
            '""',
            "“text” is empty; write its words.",
        ),
        (
            '["turning", "walking", "stairs"]',
            '["turning", "wlaking", "stairs"]',
            "scale gross_motor names wlaking, which is no item; write one of: speech, salivation, ",
        ),
        (
            '["turning", "walking", "stairs"]',
            '["turning", "walking", "walking"]',
            "scale gross_motor counts walking twice; name it once.",
        ),
        ('["turning", "walking", "stairs"]', '"turning"', '“slots” must be a list, not "turning".'),
        (
            '["turning", "walking", "stairs"]',
            "[]",
            "scale gross_motor sums nothing; name its items",
        ),
        (
            'id = "gross_motor"',
            'id = "bulbar"',
            "scale bulbar is there twice; give each scale its own",
        ),
        (
            "maximum = 48",
            "maximum = 52",
            "scale total says maximum 52, its items add to 48; make them agree.",
        ),
        ("maximum = 48", 'maximum = "many"', '“maximum” must be a whole number, not "many".'),
    ],
)
def test_a_bad_file_is_refused_with_the_line_to_mend(tmp_path, old, new, said):
    bad = changed(old, new)
    line, message = refusal(tmp_path, bad)
    assert message.startswith(said) or message.endswith(said)
    assert line == first_change(bad)


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ('citation = "ALSFRS-R', '# citation = "ALSFRS-R', "#", "“citation” is missing; add it."),
        ("higher_is_better = true", "", "#", "“higher_is_better” is missing; add it."),
        ('version = "1"', "", "#", "“version” is missing; add it."),
        ('short = "Speech"', "", "[[items]]", "“short” is missing; add it."),
        (
            'when = "Patient with gastrostomy',
            '# "',
            '[[items]]\nid = "cutting_with_',
            "say in “when”",
        ),
        ("maximum = 48", "", "[[scales]]", "“maximum” is missing; add it."),
    ],
)
def test_what_is_missing_is_missed_where_it_should_stand(tmp_path, old, new, at, said):
    bad = changed(old, new)
    line, message = refusal(tmp_path, bad)
    assert said in message
    assert line == line_of(at, bad)


def test_a_choice_far_down_is_found(tmp_path):
    stairs = GOOD.index('id = "stairs"')
    bad = changed('{ score = 1, text = "Needs', '{ score = 2, text = "Needs', after=stairs)
    line, message = refusal(tmp_path, bad)
    assert message == "item stairs gives score 2 to two choices; give each choice its own score."
    assert line == line_of('"Needs assistance"', after=stairs)


def test_choices_must_be_there_and_be_a_choice(tmp_path):
    start, end = GOOD.index("choices = ["), GOOD.index("]\n", SPEECH) + 1
    assert refusal(tmp_path, GOOD[:start] + GOOD[end:]) == (
        line_of("[[items]]"),
        "“choices” is missing; add it.",
    )
    one = GOOD[:start] + 'choices = [{ score = 4, text = "Normal" }]' + GOOD[end:]
    line, message = refusal(tmp_path, one)
    assert line == line_of("choices = [")
    assert message == "item speech leaves nothing to choose; give it two choices or more."


def test_variants_must_share_their_scores(tmp_path):
    five_b = GOOD.index('id = "cutting_with_gastrostomy"')
    bad = changed("score = 4", "score = 5", after=five_b)
    line, message = refusal(tmp_path, bad)
    assert line == line_of("choices = [", after=five_b)
    assert message.startswith("item cutting_with_gastrostomy has other scores than its variant ")


def test_a_slot_that_is_gone_leaves_its_scale_without_an_item(tmp_path):
    bad = GOOD.replace('slot = "cutting"', 'slot = "speech"')
    line, message = refusal(tmp_path, bad)
    assert "variant" in message  # speech now has three variants, and no word on whom they are for
    assert line == line_of("[[items]]")


def test_there_is_one_total_at_most(tmp_path):
    bulbar = GOOD.index('id = "bulbar"')
    bad = changed("maximum = 12", "maximum = 12\ntotal = true", after=bulbar)
    line, message = refusal(tmp_path, bad)
    assert message == "scale bulbar is a second total; leave “total” to one of them."
    assert line == line_of("total = true", bad, after=bad.index('id = "bulbar"'))


def test_a_questionnaire_asks_and_is_scored(tmp_path):
    without = GOOD[: GOOD.index("# Domains")]
    assert refusal(tmp_path, without) == (1, "“scales” is missing; add it.")
    empty = without.replace("rater_help", "scales = []\nrater_help", 1)
    assert refusal(tmp_path, empty) == (
        line_of("scales = []", empty),
        "a questionnaire is scored; add [[scales]].",
    )
    start = GOOD.index("[[items]]")
    nothing = GOOD[:start] + "items = []\n" + GOOD[GOOD.index("# Domains") :]
    assert refusal(tmp_path, nothing) == (
        line_of("items = []", nothing),
        "a questionnaire asks something; add [[items]].",
    )


def test_one_table_where_several_are_meant(tmp_path):
    bad = MINI.replace("[[scales]]", "[scales]")
    line, message = refusal(tmp_path, bad)
    assert message.startswith("“scales” must be a list, not {")
    assert line == line_of("[scales]", bad)


@pytest.mark.parametrize(
    ("bad", "line", "said"),
    [
        (GOOD + "\n[[", GOOD.count("\n") + 2, "end of document"),
        (GOOD.replace('version = "1"', "version = "), line_of('version = "1"'), "Invalid value"),
        (GOOD.replace('id = "stairs"', "id stairs"), line_of('id = "stairs"'), "Expected '='"),
        (GOOD.replace("\n", "\r\n").replace("= 48", "= 4 8"), line_of("= 48"), "newline"),
    ],
)
def test_a_file_that_is_not_toml(tmp_path, bad, line, said):
    found, message = refusal(tmp_path, bad)
    assert message.startswith("this is not TOML (")
    assert said in message
    assert found == line


def test_a_file_in_another_encoding(tmp_path):
    bad = GOOD.encode() + "\n# é".encode("latin-1")
    assert refusal(tmp_path, bad) == (
        GOOD.count("\n") + 2,
        "this is not UTF-8; save the file as UTF-8.",
    )


def test_an_empty_file(tmp_path):
    assert refusal(tmp_path, "") == (1, "“id” is missing; add it.")


def test_windows_line_ends_change_nothing(tmp_path):
    (tmp_path / "good.toml").write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert list(catalog.load(tmp_path).values()) == [catalog.alsfrs_r()]
    bad = GOOD.replace("maximum = 48", "maximum = 47").replace("\n", "\r\n")
    (tmp_path / "good.toml").unlink()
    assert refusal(tmp_path, bad)[0] == line_of("maximum = 48")


def test_a_new_questionnaire_is_one_file(tmp_path):
    (tmp_path / "mini.toml").write_text(MINI, "utf-8")
    (mini,) = catalog.load(tmp_path).values()
    assert (mini.id, mini.version, mini.total.maximum, mini.domains) == ("mini", "3", 3, ())
    assert mini.range_of(mini.total, {}) == (1, 3)
    assert mini.item("mood").place == "mood"
    assert (mini.rater_help, mini.optional, mini.comparable_with) == ((), False, ())


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ('score = 1, text = "bad"', 'score = 2, text = "bad"', "Mood"),
        ('score = 0, text = "no"', 'score = 1, text = "no"', "Hope"),
        ('title = "Hope"', 'title = ""', "Ho"),
        ('    "hope",', '    "hpoe",', '"hpoe"'),
        ('    "hope",', '    "mood",', '"mood",\n]'),
    ],
)
def test_tables_within_a_list_are_found_too(tmp_path, old, new, at):
    bad = changed(old, new, text=MINI)
    assert refusal(tmp_path, bad)[0] == line_of(at, bad)


# Numbers without words of their own.

NUMERIC = resources.path("instruments", "nrs_pain_fatigue.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        (
            "{ score = 5 }",
            '{ score = 5, text = "middling" }',
            "middling",
            "item pain is numeric and has words at its ends only; remove this “text”.",
        ),
        (
            '{ score = 10, text = "Worst pain imaginable" }',
            "{ score = 10 }",
            "{ score = 10 }",
            "item pain has no words for score 10; add its “text”.",
        ),
        (
            "    { score = 5 },\n",
            "",
            "choices = [",
            "item pain is numeric; list every score from 0 to 10.",
        ),
        (
            "numeric = true\n",
            "",
            "{ score = 1 }",
            "item pain has no words for score 1; add its “text”.",
        ),
    ],
)
def test_a_numeric_item_has_words_at_its_ends_and_nowhere_else(tmp_path, old, new, at, said):
    bad = changed(old, new, text=NUMERIC)
    assert refusal(tmp_path, bad) == (line_of(at, bad), said)


# Versions.


def version(number, text=GOOD, **changes):
    """The ALSFRS-R as that version, with top-level keys besides."""
    keys = "".join(f"{key} = {value}\n" for key, value in changes.items())
    return text.replace('version = "1"\n', f'version = "{number}"\n{keys}')


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return catalog.load(folder)


def test_versions_lie_side_by_side(tmp_path):
    found = write(tmp_path, alsfrs_r=GOOD, alsfrs_r_v2=version(2), ten=version(10))
    assert set(found) == {("alsfrs-r", "1"), ("alsfrs-r", "2"), ("alsfrs-r", "10")}


def test_two_files_cannot_be_one_version(tmp_path):
    write(tmp_path, alsfrs_r=GOOD)
    assert refusal(tmp_path, GOOD) == (
        line_of('version = "1"'),
        "version 1 of alsfrs-r is in alsfrs_r.toml already; give this file a new one.",
    )


def test_a_version_compares_with_itself_and_with_what_it_names(tmp_path):
    found = write(
        tmp_path,
        one=GOOD,
        two=version(2, GOOD.replace("BiPAP", "NIV"), comparable_with='["1"]'),
        three=version(3),
    )
    two, three = found["alsfrs-r", "2"], found["alsfrs-r", "3"]
    assert [two.compares(other) for other in "123"] == [True, True, False]
    assert [three.compares(other) for other in "123"] == [False, False, True]


@pytest.mark.parametrize("named", ["3", "2", "new", "02"])
def test_only_an_earlier_version_that_is_there_can_be_comparable(tmp_path, named):
    write(tmp_path, one=GOOD)
    bad = version(2, comparable_with=f'["1", "{named}"]')
    line, message = refusal(tmp_path, bad)
    assert message == f"alsfrs-r has no earlier version “{named}”; name one that it has."
    assert line == line_of("comparable_with", bad)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "walking"\n', 'id = "gait"\nslot = "walking"\n'),  # another question in its place
        ("higher_is_better = true", "higher_is_better = false"),
        ('id = "bulbar"', 'id = "face"'),
        ('    { score = 3, text = "Slow" },\n', '    { score = 5, text = "Slow" },\n'),
    ],
)
def test_what_is_scored_in_another_way_is_not_comparable(tmp_path, old, new):
    write(tmp_path, one=GOOD)
    bad = version(2, changed(old, new), comparable_with='[\n    "1",\n]')
    bad = bad.replace("maximum = 48", "maximum = 49") if "score = 5" in new else bad
    motor = bad.index('id = "gross_motor"')
    bad = changed("= 12", "= 13", motor, bad) if "score = 5" in new else bad
    line, message = refusal(tmp_path, bad)
    assert message.startswith("version 1 is scored in another way")
    assert line == line_of('"1",', bad)


@given(data=st.data())
def test_whatever_line_is_lost_the_file_is_refused_or_whole(tmp_path_factory, data):
    """A line cut out by mistake is never a traceback."""
    lines = GOOD.splitlines(keepends=True)
    gone = data.draw(st.integers(0, len(lines) - 1))
    folder = tmp_path_factory.mktemp("cut")
    (folder / "cut.toml").write_text("".join(lines[:gone] + lines[gone + 1 :]), "utf-8")
    with suppress(InvalidInstrument):
        (one,) = catalog.load(folder).values()
        assert one.total is None or one.total.maximum == 48

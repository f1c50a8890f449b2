import pytest

from core import resources
from core.errors import InvalidInstrument
from core.instruments import catalog

GOOD = resources.path("instruments", "alsfrs_r.toml").read_text("utf-8")


def refusal(folder, text, name="bad.toml"):
    """What the catalogue says of a file; it always names the file."""
    data = text if isinstance(text, bytes) else text.encode()
    (folder / name).write_bytes(data)
    with pytest.raises(InvalidInstrument) as refused:
        catalog.load(folder)
    assert str(refused.value).startswith(f"{name}: ")
    return str(refused.value)


def changed(old, new):
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_what_is_shipped():
    assert set(catalog.shipped()) == {"alsfrs-r"}
    assert catalog.alsfrs_r().version == "1"
    assert catalog.named("alsfrs-r") is catalog.alsfrs_r()


def test_a_questionnaire_of_another_version_of_the_program():
    with pytest.raises(InvalidInstrument, match="no questionnaire named “roads-2031”"):
        catalog.named("roads-2031")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("maximum = 48", "maximum = 52", "scale total says maximum 52, its items add to 48"),
        ("maximum = 48", 'maximum = "many"', r"expected int @ $.scales[0].maximum"),
        ('short = "Sp"', 'shrot = "Sp"', "required field missing @ $.items[0].short"),
        ('short = "Sp"', 'shrot = "Sp"', "extra fields found (shrot) @ $.items[0]"),
        (
            '["turning", "walking", "stairs"]',
            '["turning", "wlaking", "stairs"]',
            "scale gross_motor names unknown items ['wlaking']",
        ),
        ('id = "salivation"', 'id = "speech"', "items ['speech'] stand twice"),
        ("score = 3", "score = 4", "item speech gives one score to two choices"),
        ("score = 3", 'score = "three"', "expected int @ $.items[0].choices[1].score"),
        ('version = "1"', "", "required field missing @ $.version"),
        ('slot = "cutting"', 'slot = "speech"', "names unknown items ['cutting']"),
    ],
)
def test_a_bad_file_is_refused_with_what_is_wrong(tmp_path, old, new, said):
    # The second 5 is the variant: moving the first one to another slot leaves 5b alone there.
    text = GOOD.replace(old, new) if old.startswith("slot") else changed(old, new)
    assert said in refusal(tmp_path, text)


def test_variants_must_share_their_scores(tmp_path):
    head, five_b, rest = GOOD.partition('id = "cutting_with_gastrostomy"')
    assert "the variants of cutting do not share their scores" in refusal(
        tmp_path, head + five_b + rest.replace("score = 4", "score = 5", 1)
    )


def test_a_questionnaire_needs_its_total(tmp_path):
    without = GOOD[: GOOD.index("[[scales]]")].replace("[[items]]", "scales = []\n[[items]]", 1)
    assert "needs a total" in refusal(tmp_path, without)


def test_a_file_that_is_not_toml(tmp_path):
    assert "end of document" in refusal(tmp_path, GOOD + "\n[[")


def test_a_file_in_another_encoding(tmp_path):
    assert "can't decode" in refusal(tmp_path, GOOD.encode() + "\n# é".encode("latin-1"))


def test_an_empty_file(tmp_path):
    assert "required field missing @ $.items" in refusal(tmp_path, "")


def test_two_files_cannot_claim_one_id(tmp_path):
    (tmp_path / "alsfrs_r.toml").write_text(GOOD, "utf-8")
    assert "the id alsfrs-r is taken by another file" in refusal(tmp_path, GOOD)


def test_a_new_questionnaire_is_one_file(tmp_path):
    (tmp_path / "mini.toml").write_text(
        """
        id = "mini"
        version = "3"
        title = "Mini"
        citation = "us"
        [[items]]
        id = "mood"
        number = "1"
        title = "Mood"
        short = "Mo"
        choices = [{ score = 2, text = "good" }, { score = 1, text = "bad" }]
        [[scales]]
        id = "total"
        title = "Total"
        slots = ["mood"]
        maximum = 2
        """,
        "utf-8",
    )
    (mini,) = catalog.load(tmp_path).values()
    assert (mini.id, mini.version, mini.total.maximum, mini.domains) == ("mini", "3", 2, ())
    assert mini.range_of(mini.total, {}) == (1, 2)
    assert mini.item("mood").place == "mood"

import time

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat
from reportlab.pdfgen.canvas import Canvas

from core.reports import text
from core.reports.text import Align, Style, Weight

BIG = Style(24, 30)
BODY = Style(8, 10)

# Ahmadi, Mohammad Abdollah; a Persian note with brackets and digits of both kinds.
PERSIAN_NAME = "احمدی, محمد عبدالله"
PERSIAN_NOTE = "بیمار ۳۴ روز پس از تزریق دچار تنگی نفس (خفیف) شد. ALSFRS-R 27/48 ثبت شد."


def picture(tmp_path, draw) -> Image.Image:
    first = text.fonts(Weight.REGULAR)[0].fontName
    path = tmp_path / "line.pdf"
    canvas = Canvas(str(path), pagesize=(320, 40), invariant=1, initialFontName=first)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    document = pypdfium2.PdfDocument(path)
    image = document[0].render(scale=3).to_pil().convert("L")
    document.close()
    return image


def drawn(tmp_path, words, style=BIG) -> Image.Image:
    return picture(tmp_path, lambda canvas: text.draw(canvas, 10, 12, words, style))


def differ(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is not None


def distance(one: Image.Image, other: Image.Image) -> float:
    """The sum of the grey differences (a glyph may sit a hundredth of a pixel aside)."""
    return ImageStat.Stat(ImageChops.difference(one, other)).sum[0]


def glyphs(words: str) -> str:
    return "".join(run for _, run in text.runs(words, Weight.REGULAR))


@pytest.mark.parametrize(
    "name",
    [
        "Szőke, Ágnes",
        "Łukasz Wiśniewski",
        "Šimon Dvořák",
        "Παπαδόπουλος, Ελένη",
        "Иванова, Ольга",
        "Nguyễn Thị Hà",
        "O’Brien-Müller, Zoë",
    ],
)
@pytest.mark.parametrize("weight", list(Weight))
def test_a_european_name_prints_letter_by_letter(name, weight):
    assert "".join(run for _, run in text.runs(name, weight)) == name


def test_one_word_is_set_in_one_font():
    fonts = [(font.fontName, run) for font, run in text.runs("Jan Dvořák", Weight.REGULAR)]
    assert fonts == [("plex", "Jan "), ("fira", "Dvořák")]


@pytest.mark.parametrize("name", [PERSIAN_NAME, "پژمان گچ‌کار", "ژاله چاوشی", "عبد الرَّحمن", "لؤي"])
def test_an_arabic_or_persian_name_prints_whole(name):
    shown = glyphs(name)
    assert text.PLACEHOLDER not in shown
    assert len(shown) > len(name) / 2
    assert text.is_rtl(name)


def test_persian_letters_join_and_run_from_right_to_left():
    # seen from the left: final ye, dal, medial... the name's last letter comes first
    assert glyphs("احمد") == "\ufeaa\ufee4\ufea3\ufe8d"
    assert glyphs("پ") == "پ"


def test_persian_digits_stand_in_their_order(tmp_path):
    def digit_by_digit(canvas):
        text.draw(canvas, 10, 12, "۳", BIG)
        text.draw(canvas, 10 + text.width("۳", BIG), 12, "۴", BIG)

    thirty_four = picture(tmp_path, digit_by_digit)
    assert not differ(drawn(tmp_path, "۳۴"), thirty_four)
    assert differ(drawn(tmp_path, "۴۳"), thirty_four)


def test_digits_keep_their_order_inside_a_persian_sentence(tmp_path):
    def piece_by_piece(digits):
        def draw(canvas):
            x = 10
            for piece in ("سال", " ", digits[0], digits[1], " ", "عمر"):
                text.draw(canvas, x, 12, piece, BIG)
                x += text.width(piece, BIG)

        return picture(tmp_path, draw)

    sentence = drawn(tmp_path, "عمر ۳۴ سال")
    right = distance(sentence, piece_by_piece("۳۴"))
    assert right * 5 < distance(sentence, piece_by_piece("۴۳"))


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("12 kg (خوب) گفت", ["12 kg (", ") ", ""]),
        ("خوب (abc) گفت", ["(abc)"]),
        ("(۱۲۳) سال", ["(۱۲۳)"]),
        ("سال [27/48]", ["[27/48]"]),
    ],
)
def test_brackets_stay_round_what_they_enclose(words, seen):
    shown = glyphs(words)
    for part in seen:
        assert part in shown
    assert shown.index("(" if "(" in words else "[") < shown.index(")" if ")" in words else "]")


@pytest.mark.parametrize("char", ["中", "ש", "😀", "\x01", "\ue000", "\U0010fffe", "\ud800"])
def test_what_no_font_has_leaves_a_mark(char):
    assert glyphs(f"a{char}b") == f"a{text.PLACEHOLDER}b"


def test_marks_that_only_steer_are_not_seen():
    assert glyphs("a\u200eb\u00adc\u2066d\u2069e\ufeff") == "abcde"
    assert glyphs("thin\u2009space non\u2011breaking\ttab") == "thin space non\u2010breaking tab"


@given(st.text(max_size=60))
def test_every_text_can_be_measured_and_set(words):
    assert text.width(words, BODY) >= 0
    for font, run in text.runs(words, Weight.REGULAR):
        assert all(ord(char) in font.face.charToGlyph for char in run)


@given(st.text(max_size=200), st.floats(30, 300))
def test_wrapping_loses_nothing_and_keeps_to_the_width(words, available):
    lines = text.wrap(words, BODY, available)
    marks = dict.fromkeys(map(ord, "\u200e\u200f"))
    assert "".join("".join(lines).split()).translate(marks) == "".join(words.split()).translate(
        marks
    )
    for line in lines:
        assert text.width(line, BODY) <= available or len(line.translate(marks)) <= 2


def test_wrapped_lines_keep_the_direction_of_their_paragraph():
    lines = text.wrap("این ALSFRS-R 27/48 FVC 55 % است", BODY, 60)
    assert len(lines) > 2
    assert all(text.is_rtl(line) for line in lines)
    assert not any(text.is_rtl(line) for line in text.wrap("note: " + PERSIAN_NOTE, BODY, 60))


def test_empty_lines_of_a_note_stay():
    assert text.wrap("one\n\ntwo", BODY, 100) == ["one", "", "two"]
    assert text.wrap("", BODY, 100) == [""]


def test_fit_shortens_only_what_is_too_wide():
    assert text.fit("Headache", BODY, 100) == "Headache"
    short = text.fit("Pulmonary embolism", BODY, 40)
    assert short.endswith(text.ELLIPSIS) and text.width(short, BODY) <= 40


def test_a_persian_name_does_not_turn_the_words_after_it():
    subject = f"Record {text.embedded('علی')} · 10 Sep 2014"
    assert glyphs(subject).endswith(" · 10 Sep 2014")


@pytest.mark.parametrize(
    ("align", "words", "at_left"),
    [
        (Align.LEFT, "abc", True),
        (Align.RIGHT, "abc", False),
        (Align.START, "abc", True),
        (Align.START, "احمد", False),
        (Align.LEFT, "احمد", True),
    ],
)
def test_alignment(tmp_path, align, words, at_left):
    image = picture(tmp_path, lambda canvas: text.draw(canvas, 10, 12, words, BIG, align, 300))
    left, _, right, _ = ImageChops.invert(image).getbbox()
    assert (left < 60) == at_left
    assert (right > 900) != at_left


@pytest.mark.parametrize("word", ["x", "م", "W", "é", "\u0301a", "👨"])
def test_a_word_without_a_blank_is_cut_in_a_time_that_grows_as_its_length_does(word, monkeypatch):
    monkeypatch.setattr(text, "LONGEST", 10**9)
    text.wrap(word * 100, BODY, 500)  # the fonts are loaded

    def taken(count: int) -> float:
        began = time.process_time()
        lines = text.wrap(word * (count // len(word)), BODY, 500)
        assert len(lines) > 1
        return time.process_time() - began

    short = min(taken(20_000) for _ in range(3))
    assert (
        taken(200_000) < 40 * short
    )  # ten times as long; by halving the whole it was a hundred times


@pytest.mark.parametrize("word", ["x", "sentence ", "جمله ", "one\n"])
def test_a_text_that_no_page_is_meant_for_ends_in_one_sentence(word):
    whole = word * (text.LONGEST // len(word))
    lines = text.wrap(whole, BODY, 500)
    assert not any("not printed" in line for line in lines)
    more = text.wrap(whole + "y" * 160_000, BODY, 500)
    left_out = len(whole) + 160_000 - text.LONGEST
    said = f"{left_out:,} more characters are not printed: read them in the program."
    assert more[-1] == said
    assert len(more) <= len(lines) + 2


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=400)
)
def test_a_word_is_cut_without_losing_a_letter(word):
    marks = "\u200e\u200f"
    cut = "".join(
        line.strip(marks) if line[0] in marks else line for line in text.wrap(word, BODY, 90)
    )
    assert cut.replace("\u200e", "").replace("\u200f", "") == word


@pytest.mark.parametrize("available", range(60, 220, 7))
def test_no_line_ends_inside_a_number_with_its_unit(available):
    said = "Ordered 81.6 kg × 1.84 × 10⁶ = 1.50 × 10⁸ cells, given in 5 min at 2.0 mL/min"
    style = Style(9, 12)
    lines = text.wrap(said, style, available)
    assert " ".join(lines) == said
    for whole in ("81.6 kg", "1.84 × 10⁶", "1.50 × 10⁸", "5 min", "2.0 mL/min"):
        assert any(whole in line for line in lines), (whole, lines)

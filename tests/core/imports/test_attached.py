"""A file that is attached: known by what is in it, cleaned, whole, or refused in one sentence."""

import io
import logging
import struct
import zlib
from contextlib import closing, suppress

import numpy as np
import pypdfium2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import UnreadableImport
from core.imports.attached import GivenUp, Limits, Watch, limits, prepare
from core.model import thresholds
from core.model.attachment import Media, TakenOut
from tests import attached_files as made
from tests.attached_files import SECRET
from ui.pdf_pages import PDFIUM

LIMITS = Limits(bytes=25_000_000, pixels=60_000_000)


@pytest.fixture
def attached(tmp_path):
    def attach(content, name="scan.bin", allowed=LIMITS, watch=None):
        path = tmp_path / name
        path.write_bytes(content)
        return prepare(path, allowed, watch)

    return attach


def pixels(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


@pytest.mark.parametrize(
    ("content", "media", "name", "out"),
    [
        (made.jpeg, Media.JPEG, "scan.jpg", {TakenOut.EXIF, TakenOut.XMP, TakenOut.TEXTS}),
        (made.png, Media.PNG, "scan.png", {TakenOut.XMP, TakenOut.TEXTS}),
        (made.dicom, Media.PNG, "scan.png", {TakenOut.DICOM_TAGS}),
        (
            made.pdf,
            Media.PDF,
            "scan.pdf",
            {TakenOut.DOCUMENT_INFORMATION, TakenOut.WORKINGS},
        ),
    ],
)
def test_a_file_is_what_it_holds_whatever_it_is_called_and_nothing_else_is_kept(
    attached, content, media, name, out
):
    found = attached(content())
    assert (found.media, found.name, set(found.taken_out)) == (media, name, out)
    assert SECRET.encode() in content() and SECRET.encode() not in found.content


def test_a_photograph_keeps_every_pixel_and_which_way_up_it_is(attached):
    found = attached(made.jpeg(turned=6))
    assert (pixels(found.content) == pixels(made.jpeg())).all()
    assert dict(Image.open(io.BytesIO(found.content)).getexif()) == {0x0112: 6}
    upright = attached(made.jpeg(turned=1))
    assert dict(Image.open(io.BytesIO(upright.content)).getexif()) == {}


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 100, "subsampling": 0}])
def test_a_photograph_of_any_packing_keeps_its_colours(attached, options):
    profile = b"made up" * 30_000  # of several segments
    found = attached(made.jpeg(icc_profile=profile, **options))
    shown = Image.open(io.BytesIO(found.content))
    assert shown.info["icc_profile"] == profile
    assert (pixels(found.content) == pixels(made.jpeg(**options))).all()


def test_what_follows_the_end_of_a_picture_is_not_kept(attached):
    for content in (made.jpeg(), made.png()):
        found = attached(content + SECRET.encode())
        assert TakenOut.REST in found.taken_out and SECRET.encode() not in found.content


def test_the_pages_of_a_pdf_look_as_they_did_with_what_was_filled_in(attached):
    found = attached(made.pdf(3))
    with PDFIUM, closing(pypdfium2.PdfDocument(found.content)) as document:
        assert len(document) == 3
        words = [page.get_textpage().get_text_range() for page in document]
        assert document.get_metadata_dict()["Author"] == ""
        assert document.get_metadata_dict()["Title"] == ""
    assert "FVC 2.31 L, page 1" in words[0] and "page 3" in words[2]
    with PDFIUM, closing(pypdfium2.PdfDocument(made.pdf(3))) as before:
        before.init_forms()
        was = before[0].render(grayscale=True).to_numpy().copy()
    with PDFIUM, closing(pypdfium2.PdfDocument(found.content)) as after:
        now = after[0].render(grayscale=True).to_numpy().copy()
    assert (now[300:400] < 128).any()  # the words in the field are there
    assert np.abs(was.astype(int) - now).max() < 30


def test_the_history_of_a_page_and_of_a_picture_in_it_is_not_kept(attached):
    """An XMP stream that hangs on a page goes with it into the new document, unless it is taken out."""
    xmp = f"<x:xmpmeta>{SECRET}</x:xmpmeta>".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Metadata 4 0 R/Contents 5 0 R>>",
        b"<</Type/Metadata/Subtype/XML/Length %d>>stream\n%b\nendstream" % (len(xmp), xmp),
        b"<</Length 25>>stream\n0 0 0 rg 50 50 60 60 re f\nendstream",
    ]
    found = attached(_written(objects))
    assert SECRET.encode() not in found.content and b"xmpmeta" not in found.content
    assert found.taken_out == (TakenOut.XMP, TakenOut.WORKINGS)
    with PDFIUM, closing(pypdfium2.PdfDocument(found.content)) as document:
        assert (document[0].render(grayscale=True).to_numpy() < 10).sum() > 3000


def _written(objects):
    pdf, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(pdf))
        pdf += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    start = len(pdf)
    pdf += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    pdf += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer <</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n"
    return pdf + trailer % (len(objects) + 1, start)


def test_a_page_that_would_look_otherwise_is_refused_with_what_to_do(attached):
    """A layer that is switched off by the document as a whole would come to light."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[4 0 R]/D<</OFF[4 0 R]>>>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 5 0 R/Resources 6 0 R>>",
        b"<</Type/OCG/Name(hidden)>>",
        b"<</Length 42>>stream\n/OC /L BDC 0 0 0 rg 50 50 60 60 re f EMC   \nendstream",
        b"<</Properties<</L 4 0 R>>>>",
    ]
    with pytest.raises(UnreadableImport, match=r"Page 1 of layers\.pdf would look otherwise"):
        attached(_written(objects), "layers.pdf")


def test_a_key_image_becomes_the_picture_that_the_scanner_meant(attached):
    plain = pixels(attached(made.dicom()).content)[:, 0, 0]
    assert (plain[0], plain[-1]) == (0, 255) and (np.diff(plain.astype(int)) > 0).all()
    window = pixels(attached(made.dicom(WindowCenter=150, WindowWidth=100)).content)[:, 0, 0]
    assert (window[:10] == 0).all() and (window[-10:] == 255).all() and 100 < window[15] < 155
    inverted = pixels(attached(made.dicom(kind="MONOCHROME1")).content)[:, 0, 0]
    assert (inverted == 255 - plain).all()
    tall = attached(made.dicom(rows=32, columns=48, spacing=(2, 1)))
    assert Image.open(io.BytesIO(tall.content)).size == (48, 64)


def test_a_tag_that_is_not_what_it_should_be_is_not_told_to_anybody(attached, caplog, recwarn):
    whole = made.dicom()
    odd = whole.replace(b"1.2.840.10008.1.2.1\0", SECRET.encode().ljust(20)[:20])
    assert odd != whole
    with caplog.at_level(logging.DEBUG), suppress(UnreadableImport):
        attached(odd)
    assert SECRET not in caplog.text
    assert not [one for one in recwarn if SECRET in str(one.message)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "scan.bin is empty"),
        (b"just words, 23 %", "no PDF, JPEG, PNG or DICOM picture"),
        (b"MZ\x90\0" * 20, "no PDF, JPEG, PNG or DICOM picture"),
        (made.jpeg()[:600], "damaged or not whole"),
        (made.png()[:200], "damaged or not whole"),
        (made.pdf()[:300], "damaged or not whole"),
        (b"%PDF-1.7\n" + b"\0" * 300, "damaged or not whole"),
        (made.dicom()[:-400], "cannot be read"),
        (made.dicom(frames=3), "holds 3 pictures"),
        (made.locked_pdf(), "asks for a password"),
    ],
    ids=[
        *("empty", "words", "program", "cut JPEG", "cut PNG", "cut PDF", "no PDF", "cut DICOM"),
        *("several pictures", "password"),
    ],
)
def test_what_cannot_be_attached_is_refused_in_one_sentence_that_says_what_to_do(
    attached, content, said
):
    with pytest.raises(UnreadableImport, match=said) as refused:
        attached(content)
    assert SECRET not in str(refused.value) and len(str(refused.value)) < 200


def test_a_file_and_a_picture_that_are_too_large_are_refused_with_the_clinic_s_limit(attached):
    few = limits({**thresholds.defaults(), "attachment_size": 1.0, "attachment_pixels": 1.0})
    with pytest.raises(UnreadableImport, match=r"1\.2 MB\. Attach a file of 1 MB at most"):
        attached(made.png() + bytes(1_200_000), allowed=few)
    wide = Image.new("L", (2000, 1000))
    for content in (made.jpeg(wide), made.png(wide)):
        with pytest.raises(UnreadableImport, match=r"2 megapixels\. Attach a picture of 1 at most"):
            attached(content, allowed=few)
    few = Limits(bytes=LIMITS.bytes, pixels=few.pixels)
    with pytest.raises(UnreadableImport, match="more than 1 megapixels"):
        attached(made.dicom(rows=1001, columns=1000), allowed=few)


def test_a_picture_that_unpacks_to_more_than_it_says_is_refused_before_it_is_drawn(attached):
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    bomb = (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )
    with pytest.raises(UnreadableImport, match="3600 megapixels"):
        attached(bomb)


def test_it_tells_how_far_it_is_and_can_be_given_up(attached):
    told = []
    attached(made.pdf(5), watch=Watch(told.append))
    assert told == sorted(told) and told[-1] == 1 and len(told) > 5
    watch = Watch(lambda share: share > 0.3 and watch.give_up())
    with pytest.raises(GivenUp):
        attached(made.pdf(5), watch=watch)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([made.jpeg(), made.png(), made.pdf(), made.dicom()]),
    st.lists(st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=8)), max_size=4),
    st.floats(0.01, 1),
)
@example(made.jpeg(), [], 1.0)
def test_whatever_is_wrong_with_a_file_it_is_attached_whole_or_refused(
    attached, content, changes, share
):
    bytes_ = bytearray(content)
    for place, new in changes:
        at = round(place * (len(bytes_) - 1))
        bytes_[at : at + len(new)] = new
    cut = bytes(bytes_[: round(share * len(bytes_)) or 1])
    try:
        found = attached(cut)
    except UnreadableImport:
        return  # and never with another error
    again = attached(found.content)  # what was kept is whole, and clean already
    assert again.media is found.media
    if found.media is not Media.PDF:
        assert again.content == found.content

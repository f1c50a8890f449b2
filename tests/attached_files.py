"""Files as people attach them, made here: with what must go still in them."""

import hashlib
import io
import os

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid
from reportlab.pdfgen import canvas

from core import clock
from core.model.attachment import Attachment, Media

SECRET = "Zyxwvutov"  # who took it, of whom, with what


def a_picture(width=64, height=48):
    rows = np.add.outer(np.arange(height) * 5, np.arange(width) * 3) % 256
    return Image.fromarray(
        np.stack([rows, rows.T[:1].T + rows, 255 - rows], axis=-1).astype("uint8")
    )


def jpeg(picture=None, turned=6, **options):
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = SECRET, turned
    written = io.BytesIO()
    (picture or a_picture()).save(
        written,
        "JPEG",
        exif=exif,
        comment=SECRET.encode(),
        xmp=f"<x:xmpmeta>{SECRET}</x:xmpmeta>".encode(),
        **options,
    )
    return written.getvalue()


def png(picture=None):
    texts = PngInfo()
    texts.add_text("Author", SECRET)
    texts.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{SECRET}</x:xmpmeta>")
    written = io.BytesIO()
    (picture or a_picture()).save(written, "PNG", pnginfo=texts)
    return written.getvalue()


def pdf(pages=2, words="FVC 2.31 L", author=SECRET):
    written = io.BytesIO()
    made = canvas.Canvas(written)
    made.setAuthor(author)
    made.setTitle(author)
    for number in range(pages):
        made.drawString(100, 700, f"{words}, page {number + 1}")
        made.acroForm.textfield(name=f"field{number}", value="filled in", x=100, y=500)
        made.linkURL(f"http://{author}.example", (90, 690, 300, 720))
        made.showPage()
    made.save()
    return written.getvalue()


def locked_pdf():
    from reportlab.lib.pdfencrypt import StandardEncryption

    written = io.BytesIO()
    made = canvas.Canvas(written, encrypt=StandardEncryption("grey heron", canPrint=1))
    made.drawString(100, 700, "FVC")
    made.showPage()
    made.save()
    return written.getvalue()


def dicom(rows=32, columns=48, frames=1, kind="MONOCHROME2", spacing=(1, 1), **tags):
    """A key image whose grey values rise from row to row."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    made = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    made.PatientName, made.InstitutionName = f"{SECRET}^Dara", SECRET
    made.Rows, made.Columns, made.SamplesPerPixel = rows, columns, 1
    made.PhotometricInterpretation = kind
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 16, 12, 11, 0
    made.PixelSpacing = list(spacing)
    if frames > 1:
        made.NumberOfFrames = frames
    for name, value in tags.items():
        setattr(made, name, value)
    grey = np.repeat(np.arange(rows, dtype=np.uint16) * 10, columns)
    made.PixelData = np.tile(grey, frames).tobytes()
    written = io.BytesIO()
    made.save_as(written, enforce_file_format=True)
    return written.getvalue()


def attach_megabytes(session, patient, megabytes):
    """So many files of 1 MB with the patient, of bytes that are nothing: what they weigh counts."""
    with session.write("attached"):
        for n in range(megabytes):
            content = os.urandom(1_000_000)
            made = Attachment(
                patient_id=patient.id,
                name=f"{n}.pdf",
                media=Media.PDF,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                added_by=session.login,
                added_at=clock.now(),
            )
            session.attachments.add(made, content)

"""Where the files shipped with the program are, in a checkout and in the built app."""

from pathlib import Path

# PyInstaller unpacks modules and data as they lie in the checkout, so one rule serves both.
ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources"
DOCUMENTS = ROOT / "docs"
LICENCE = ROOT / "LICENSE"
READ_IN_HELP = ("clinical.md", "schedules.md")  # of the documents, beside the user's guide


def path(*parts: str) -> Path:
    """The path of a shipped file or folder, for example ``path("protocols", "routine.toml")``."""
    return FOLDER.joinpath(*parts)


def documents() -> dict[str, Path]:
    """What is read inside the program, and this program's licence, by the names that they have in the checkout."""
    guide = sorted((DOCUMENTS / "guide").rglob("*.md"))
    read = [*(DOCUMENTS / name for name in READ_IN_HELP), *guide, LICENCE]
    return {path.relative_to(ROOT).as_posix(): path for path in read}


def fonts() -> dict[str, Path]:
    """The TrueType files of window and paper: IBM Plex Sans Arabic, and Fira Sans for what it lacks."""
    import fontpkg_fira_sans
    import fontpkg_ibm_plex_sans_arabic

    plex = fontpkg_ibm_plex_sans_arabic.ROOT / "files"
    fira = fontpkg_fira_sans.ROOT / "files"
    return {
        "plex": plex / "IBMPlexSansArabic-Regular.ttf",
        "plex-medium": plex / "IBMPlexSansArabic-Medium.ttf",
        "plex-semibold": plex / "IBMPlexSansArabic-SemiBold.ttf",
        "fira": fira / "FiraSans-Regular.ttf",
        "fira-medium": fira / "FiraSans-Medium.ttf",
        "fira-semibold": fira / "FiraSans-SemiBold.ttf",
    }

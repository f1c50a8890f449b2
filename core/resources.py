"""Where the files shipped with the program are, in a checkout and in the built app."""

from pathlib import Path

# PyInstaller unpacks modules and data as they lie in the checkout, so one rule serves both.
FOLDER = Path(__file__).resolve().parents[1] / "resources"


def path(*parts: str) -> Path:
    """The path of a shipped file or folder, for example ``path("protocols", "routine.toml")``."""
    return FOLDER.joinpath(*parts)


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

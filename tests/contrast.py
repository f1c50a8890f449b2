"""The contrast of two colours, as WCAG 2.2 defines it."""

import tomllib

from core import resources

TEXT, EDGE = 4.5, 3.0  # success criteria 1.4.3 and 1.4.11
PALETTES = tomllib.loads(resources.path("styles", "tokens.toml").read_text("utf-8"))


def contrast(one: str, other: str) -> float:
    """From 1 to 21, of two colours as #rrggbb."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

"""What the clinic means: pure Python, no Qt, scriptable without a screen."""

VERSION = "0.1.0"

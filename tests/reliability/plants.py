"""What is planted in the scripted day, and looked for on the disk afterwards."""

from datetime import date

FAMILY, GIVEN = "Zyxwvutov", "Qwrtzela"
NOTE = "cares for the tortoise Melchisedek"
TYPED = "Nebuchadnezzar"
BIRTHDAY = date(1947, 2, 23)
PLANTED = (FAMILY, GIVEN, NOTE, "Melchisedek", TYPED, BIRTHDAY.isoformat())

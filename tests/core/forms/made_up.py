"""A form of every field type that no line of the program knows, and values made from any definition."""

import base64
import hashlib
import json
from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from core.forms import catalog, dictionaries
from core.forms.definition import FieldType
from core.forms.reading import Limits
from core.model.attachment import Media
from core.model.partial_date import PartialDate

TODAY = date(2026, 11, 28)
LIMITS = Limits(latest=TODAY, born=date(1950, 1, 1))

EVERY_TYPE = """
id = "sleep"
version = "1"
title = "Night"
several = "Nights"
of = "{of}"
repeats = true
layout = "{layout}"
row = "{{quality}}: {{hours}}, {{started}}"
help = ["Ask about the last night."]

[course]
start = "started"

[[fields]]
id = "quality"
title = "How was the night"
type = "choice"
required = true
identifies = "no"
choices = [{{ id = "good", text = "good" }}, {{ id = "bad", text = "bad" }}]

[[fields]]
id = "hours"
title = "Slept"
type = "number"
unit = "h"
low = 0
high = 24
decimals = 1
likely = [3, 12]
identifies = "no"
plot = true

[[fields]]
id = "awake"
title = "Times awake"
type = "integer"
low = 0
high = 50
identifies = "no"

[[fields]]
id = "trouble"
title = "What troubled"
type = "choices"
group = "bad"
identifies = "no"
choices = [
    {{ id = "cramps", text = "cramps" }},
    {{ id = "breath", text = "breath" }},
    {{ id = "none", text = "nothing", alone = true }},
]

[[fields]]
id = "why"
title = "In their words"
type = "long_text"
group = "bad"

[[fields]]
id = "remark"
title = "Remark"
type = "text"

[[fields]]
id = "napped"
title = "Slept by day"
type = "yes_no"
identifies = "no"

[[fields]]
id = "asked_on"
title = "Asked on"
type = "date"
identifies = "date"

[[fields]]
id = "started"
title = "Since"
type = "partial_date"
required = true
identifies = "date"

[[fields]]
id = "to_bed"
title = "To bed at"
type = "time"
identifies = "no"

[[fields]]
id = "woke"
title = "Woke at"
type = "instant"
identifies = "date"

[[fields]]
id = "pill"
title = "Sleeping pill"
type = "term"
dictionary = "medicines"
identifies = "no"

[[fields]]
id = "dose"
title = "Its dose"
type = "number"
unit = "mg"
low = 0
high = 1000
decimals = 2
identifies = "no"

[[fields]]
id = "frequency"
title = "How often"
type = "choice"
identifies = "no"
choices = [{{ id = "daily", text = "once a day" }}, {{ id = "2_daily", text = "twice a day" }}]

[[fields]]
id = "per_day"
title = "A day"
type = "derived"
function = "daily_dose"
unit = "mg"
decimals = 2
identifies = "no"

[[fields]]
id = "with"
title = "With which device"
type = "record"
form = "device"

[[fields]]
id = "trace"
title = "The recording"
type = "file"

[[groups]]
id = "bad"
title = "A bad night"
show_if = {{ quality = "bad" }}

[[lanes]]
id = "sleep"
title = "Nights"
label = "{{quality}}"
role = "event"
hollow_if = {{ quality = "good" }}

[[rules]]
id = "awake_and_good"
field = "awake"
when = {{ quality = "good", awake = "> 10" }}
say = "A good night, {{awake}} times awake. Change one of them."

[[rules]]
id = "much_a_day"
field = "dose"
asks = true
when = {{ per_day = "> 100" }}
say = "{{per_day}} a day is much. Is that right?"
"""

PART = """
id = "waking"
version = "1"
title = "Waking"
several = "Wakings"
of = "patient"
within = "sleep"
repeats = true
layout = "{layout}"
row = "{{at}}: {{reason}}"

[[fields]]
id = "at"
title = "At"
type = "time"
required = true
identifies = "no"

[[fields]]
id = "reason"
title = "Because of"
type = "choice"
identifies = "no"
choices = [{{ id = "pain", text = "pain" }}, {{ id = "thirst", text = "thirst" }}]

[[fields]]
id = "minutes"
title = "Awake for"
type = "integer"
unit = "min"
low = 0
high = 600
likely = [1, 240]
identifies = "no"
"""


def made_up(of="patient", layout="page"):
    return catalog.read("sleep.toml", EVERY_TYPE.format(of=of, layout=layout).encode())


def part_of_made_up(layout="rows"):
    return catalog.read("waking.toml", PART.format(layout=layout).encode())


def texts(least=1, most=40):
    """Words as somebody types them, in any script."""
    letters = st.characters(categories=("L", "N", "P"), exclude_characters="\n\r")
    plain = st.text(letters, min_size=least, max_size=most)
    return plain.map(str.strip).filter(bool)


def stored(one):
    """A strategy for the stored values of a field, made from its definition."""
    days = st.dates(date(1955, 1, 1), TODAY)
    match one.type:
        case FieldType.NUMBER:
            low, high = one.low or 0, one.high or 10_000
            whole = st.integers(round(low * 10**one.decimals), round(high * 10**one.decimals))
            return whole.map(lambda n: round(n / 10**one.decimals, one.decimals))
        case FieldType.INTEGER:
            return st.integers(int(one.low or 0), int(one.high or 10_000))
        case FieldType.CHOICE:
            return st.sampled_from([choice.id for choice in one.choices])
        case FieldType.CHOICES:
            ids = [choice.id for choice in one.choices if not choice.alone]
            some = st.sets(st.sampled_from(ids), min_size=1)
            return some.map(lambda chosen: "\n".join(sorted(chosen, key=ids.index)))
        case FieldType.YES_NO:
            return st.sampled_from([0, 1])
        case FieldType.DATE:
            return days.map(date.isoformat)
        case FieldType.PARTIAL_DATE:
            whole = days.map(PartialDate.of)
            return st.one_of(
                whole,
                whole.map(lambda d: PartialDate(d.year, d.month)),
                whole.map(lambda d: PartialDate(d.year)),
            ).map(str)
        case FieldType.TIME:
            return st.times().map(lambda at: f"{at:%H:%M}")
        case FieldType.INSTANT:
            minutes = st.integers(0, 60 * 24 * 365)
            start = datetime.fromisoformat("2025-01-01T00:00:00+00:00")
            return minutes.map(lambda n: (start + timedelta(minutes=n)).isoformat())
        case FieldType.TERM:
            return st.sampled_from(dictionaries.terms(one.dictionary))
        case FieldType.RECORD:
            return st.just("r1")
        case FieldType.FILE:
            before = {"name": "night.edf", "data": base64.b64encode(b"trace").decode()}
            now = {
                "id": "f" * 32,
                "name": "night.edf",
                "media": Media.PDF.value,
                "size": 5,
                "sha256": hashlib.sha256(b"trace").hexdigest(),
            }
            return st.sampled_from([json.dumps(held) for held in (now, before)])
    return texts()

"""A form of a visit that no line of the program knows, and a schedule that asks for it."""

SWALLOWING = """
id = "swallow_test"
version = "1"
title = "Swallow test"
of = "visit"
layout = "page"
row = "{amount} {cough}"

[[fields]]
id = "amount"
title = "Water swallowed"
type = "integer"
unit = "mL"
low = 0
high = 150
required = true
identifies = "no"

[[fields]]
id = "cough"
title = "Coughed"
type = "yes_no"
required = true
identifies = "no"

[[fields]]
id = "remark"
title = "Remark"
type = "text"
"""

WALKS = """
id = "walk"
version = "1"
title = "Timed walk"
several = "Timed walks"
of = "visit"
repeats = true
row = "{seconds}"

[[fields]]
id = "seconds"
title = "Time for 10 m"
type = "number"
unit = "s"
low = 1
high = 600
decimals = 1
required = true
identifies = "no"
"""

SCHEDULE = """
id = "swallowing-study"
version = "1"
title = "Swallowing study"
source = "Made up for the tests"
anchor = "last_visit"
reference = "First visit"
unscheduled = ["swallow_test"]

[[visits]]
code = "V"
title = "Visit"
offset = { value = 1, unit = "months" }
before = 7
after = 7
assessments = ["swallow_test", "walk"]
"""

"""A schedule that no line of the program knows: two visits, tasks, criteria."""

TWO_VISITS = """
id = "oral-drug"
version = "1"
title = "Oral drug trial"
source = "Made up for the tests"
anchor = "reference"
reference = "First dose"
unscheduled = ["alsfrs-r"]
tasks = [
    { id = "eligibility", title = "Who may take part" },
    { id = "capsules", title = "Capsules counted" },
]

[[visits]]
code = "S"
title = "Before the first dose"
offset = { value = -14, unit = "days" }
before = 10
after = 6
assessments = ["eligibility", "alsfrs-r"]

[[visits]]
code = "W1"
title = "Week one"
offset = { value = 7, unit = "days" }
before = 3
after = 3
assessments = ["alsfrs-r", "capsules"]

[[criteria]]
id = "age"
kind = "inclusion"
title = "Age at the first dose"
measure = "age_years"
operator = ">="
value = 18
unit = "years"
source = "Made up for the tests"

[[criteria]]
id = "swallows"
kind = "inclusion"
title = "Swallows capsules"
source = "Made up for the tests"
"""

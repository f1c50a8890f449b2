"""The patients of a clinic as one group: who is counted, what was measured, what happened, what is missing.

`rows` makes flat rows of one record, `frames` puts those of all patients into pandas frames, and the other files
count and describe what the frames hold. Nothing here reads the file and nothing knows a page: words of a page
stand in `core/views`, of a printed one in `core/reports`. What the consent does not allow to leave is left out at
the door (`rows.of`), so that no number counts it.
"""

"""The sheet for the patient and the family after a visit: "Your visit today"."""

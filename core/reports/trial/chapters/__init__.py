"""The chapters of a trial report: one file each, with ``make(study) -> Made``; `core/reports/trial` lists them."""

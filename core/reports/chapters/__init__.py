"""The chapters of a casebook."""

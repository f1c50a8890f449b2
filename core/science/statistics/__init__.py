"""Statistics of a group of patients: small, without words of a page, checked against R."""

"""The infusion day on screen: what was checked and given beside the grid of its monitoring."""

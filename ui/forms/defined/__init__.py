"""Forms that are data on screen: made from their definitions, whatever they ask."""

"""The figures of a group, each one drawing of shapes: the window, the PDF, the SVG and the PNG are made from the same."""

"""Recordings of other tools, read as our exchanges: one module per family of shapes."""

"""Renderings of a report: each module is a pure function from a report to text."""

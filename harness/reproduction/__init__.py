"""Failures as files of their own: what a failing drive was, as data, and the pytest file that plays it again."""

"""Answers that go wrong, each with the place where the fault strikes and the declared outcome. Pure."""

"""The real local model, real g4f servers and strict stand-ins from which the cassettes are recorded.

A maintainer's tool: neither `harness check` nor the tests need any of it. What it installs goes into ``.live/``.
"""

"""Plain ``pytest`` runs the tests and the suite over the built-in providers."""

pytest_plugins = ["harness.plugin", "pytester", "tests.world"]

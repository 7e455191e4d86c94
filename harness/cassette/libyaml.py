"""The parser and emitter of libyaml: PyYAML's own take thirty times as long. Knows no document."""

import yaml

from ..errors import HarnessError

try:
    from yaml import CSafeDumper as Dumper
except ImportError:  # and nothing is written, since ``loader`` is asked first
    from yaml import SafeDumper as Dumper  # type: ignore[assignment]

__all__ = ["Dumper", "loader"]


def loader() -> "type[yaml.CSafeLoader]":
    """Give the loader whose events are libyaml's; HarnessError where PyYAML was built without it."""
    if not yaml.__with_libyaml__:
        message = f"expected PyYAML with libyaml, got {yaml.__version__} built without it"
        hint = "python -m pip install --force-reinstall --only-binary :all: pyyaml"
        raise HarnessError("no-libyaml", message, hint)
    return yaml.CSafeLoader

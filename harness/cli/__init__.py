"""The command line: one short module per command, and one place that turns errors into exit codes.

Exit codes: 0 conforms, 1 does not, 2 the user's input is wrong, 3 the harness failed, 4 could not be checked (drift),
130 interrupted.
"""

import signal
import sys
import traceback

import click

from ..errors import HarnessError
from .check import check
from .drift import drift
from .import_ import import_
from .lint import lint
from .live import live
from .record import record

_INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="llm-provider-harness", message="%(package)s %(version)s")
def commands() -> None:
    """Record/replay conformance tests for LLM chat providers."""


commands.add_command(check)
commands.add_command(drift)
commands.add_command(import_)
commands.add_command(lint)
commands.add_command(live)
commands.add_command(record)


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit."""
    sys.exit(_run(arguments))


def _interrupt(_number: int, _frame: object) -> None:
    """End on SIGTERM, which CI sends, as on Ctrl-C: with all that was started."""
    raise KeyboardInterrupt


def _run(arguments: list[str] | None) -> int:
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return int(commands(arguments, prog_name="harness", standalone_mode=False) or 0)
    except HarnessError as error:
        click.echo(f"harness: {error.message}", err=True)
        if error.hint:
            click.echo(f"hint: {error.hint}", err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("harness: interrupted", err=True)
        return _INTERRUPTED
    except Exception:  # noqa: BLE001  a bug of the harness must not look like a verdict
        traceback.print_exc()
        click.echo("harness: this is a bug of the harness", err=True)
        return HarnessError.exit_code

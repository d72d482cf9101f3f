"""`fleet`: the group of all commands; each is imported when it is typed."""

from importlib import import_module

import click

import fleet as package

_COMMANDS = {
    "run": "fleet.cli.run:run",
    "plan": "fleet.cli.plan:plan",
    "dataset": "fleet.cli.dataset:dataset",
    "verify": "fleet.cli.verify:verify",
    "capacity": "fleet.cli.capacity:capacity",
    "report": "fleet.cli.report:report",
    "profile": "fleet.cli.profile:profile",
    "tms": "fleet.cli.tms:tms",
}


class LazyGroup(click.Group):
    """A group that knows its commands by name only, so that `--version` need not import trio."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order in which they are wanted."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package.__version__, prog_name="fleet")
def fleet() -> None:
    """Simulate an estate of payment terminals.

    They live over MQTT (`run`, `capacity`) or in virtual time (`plan`, `dataset`).

    \b
    fleet run                        a shop day in two minutes
    fleet profile list               what else can be run
    fleet capacity PROFILE --help    how much a server can take
    fleet dataset --out DIR          two months of labelled faults
    """  # noqa: D301 - click reads the escape

"""The `phusong` command."""

from __future__ import annotations

import sys

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def phusong() -> None:
    """Phủ sóng: mô phỏng vùng phủ sóng của một tỉnh · model a province's telecom coverage."""


def main() -> None:
    """Run the command line; exit 0 done, 2 the user's input is wrong, 1 our fault."""
    from phusong.geodata.errors import InputError

    try:
        app()
    except InputError as error:
        typer.echo(f"phusong: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()

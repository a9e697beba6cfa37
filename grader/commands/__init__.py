"""The command line: one module for each verb, and one place (`exits`) where exceptions become exit codes."""


def main() -> None:
    """Entry point of the program; imports the rest where an interruption is already one line."""
    from grader.commands.exits import exit_codes

    with exit_codes():
        from grader.commands.app import run

        run()

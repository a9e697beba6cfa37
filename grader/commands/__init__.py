"""The command line: one module for each verb, and one place (`exits`) where exceptions become exit codes."""


def main() -> None:
    """Entry point of the program; imports the rest where an interruption is already one line."""
    import atexit
    import gc
    import os
    import signal

    from grader.commands.exits import exit_codes, stand_somewhere

    # What is left at the end goes with the process; looking through all of torch for garbage takes half a second.
    atexit.register(gc.freeze)
    # Before torch and NumPy are there: on small arrays threads wait for each other more than they work.
    for library in ("OMP", "MKL", "OPENBLAS"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    with exit_codes():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        stand_somewhere()
        from grader.commands.app import run

        run()

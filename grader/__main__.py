"""`python -m grader` is the same program as `grader`."""

from grader.commands import main

if __name__ == "__main__":
    main()

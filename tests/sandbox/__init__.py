"""Tests of `grader.sandbox`, a module for each of its modules."""

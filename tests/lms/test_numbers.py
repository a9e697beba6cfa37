"""Numbers in gradebooks."""

import pytest

from grader.lms.numbers import decimal_sign, number, written


@pytest.mark.parametrize(
    ("cells", "delimiter", "sign"),
    [
        (["EX", "10.00"], ";", "."),
        (["10", "9,5"], ",", ","),
        (["1.234,50"], ",", ","),
        (["1,000"], ",", "."),
        ([], ",", "."),
        (["10"], ";", ","),
    ],
)
def test_decimal_sign_is_that_of_the_cells(cells: list[str], delimiter: str, sign: str) -> None:
    """What the cells say counts, then what stands between them."""
    assert decimal_sign(cells, delimiter=delimiter) == sign


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [
        ("10", ".", 10.0),
        ("10.00", ".", 10.0),
        ("1,000.5", ".", 1000.5),
        ("1.000,5", ",", 1000.5),
        ("1 000,00", ",", 1000.0),
        ("7,25", ",", 7.25),
        ("(read only)", ".", None),
        ("", ".", None),
        ("-1", ".", None),
        ("nan", ".", None),
    ],
)
def test_number_in_a_cell(cell: str, decimal: str, value: float | None) -> None:
    """Numbers are read as the cells write them; anything else is none."""
    assert number(cell, decimal) == value


@pytest.mark.parametrize(
    ("points", "decimal", "text"),
    [
        (10.0, ".", "10"),
        (2.5, ",", "2,5"),
        (1 / 3, ".", "0.33333"),
        (0.0, ",", "0"),
        (100.0, ".", "100"),
        (1e-9, ".", "0"),
    ],
)
def test_written_without_needless_digits(points: float, decimal: str, text: str) -> None:
    """A whole number has no decimals, a third has five."""
    assert written(points, decimal) == text

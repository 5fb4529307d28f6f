"""Tables as Markdown and as CSV."""

import csv
import io

from pose_plugins.utils.tables import csv_table, markdown_table, shown, transposed

ROWS = [['', 'AP', 'what | is, "odd"'], ['a', '0.5', ''], ['b', '0.75', 'x']]


def test_markdown():
    assert markdown_table(ROWS) == (
        '|  | AP | what \\| is, "odd" |\n| --- | --- | --- |\n| a | 0.5 |  |\n| b | 0.75 | x |\n'
    )


def test_csv_reads_back():
    assert list(csv.reader(io.StringIO(csv_table(ROWS)))) == ROWS


def test_transposed_twice_is_the_same():
    assert transposed(ROWS)[1] == ['AP', '0.5', '0.75']
    assert transposed(transposed(ROWS)) == ROWS


def test_digits_go_by_the_largest():
    assert shown(0.12345) == '0.123' and shown(-1.0) == '-1.000'
    assert shown(0.5, [0.5, 12.0]) == '0.50' and shown(1234.5) == '1234' and shown(None) == ''

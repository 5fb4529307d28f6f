"""What every room may use: errors, checks of arguments, files, tables, sheets of pictures."""

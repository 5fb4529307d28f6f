"""Helps every room: errors, checks of arguments, files, tables, sheets of pictures."""

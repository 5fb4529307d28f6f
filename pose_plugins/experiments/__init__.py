"""Trains, measures and compares: configs x settings x seeds, the demo among them."""

from .demo import run_demo

__all__ = ['run_demo']

"""The main job: generate people, train every method, evaluate all on equal terms, and write one report."""

from .demo import run_demo

__all__ = ['run_demo']

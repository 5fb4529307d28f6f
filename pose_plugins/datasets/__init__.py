"""Data that MMPose lacks."""

"""What turns a query into two numbers."""

from torch import nn


def perceptron(channels, activation=nn.ReLU):
    """Three linear layers, (..., channels) to (..., 2), with an activation between."""
    return nn.Sequential(
        nn.Linear(channels, channels), activation(), nn.Linear(channels, channels), activation(), nn.Linear(channels, 2)
    )

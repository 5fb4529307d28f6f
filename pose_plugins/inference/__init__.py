"""Uses trained models."""

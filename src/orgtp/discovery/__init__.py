"""Looks for agents in folders, schedulers and settings of this machine. Nothing that it finds is run."""

__all__ = ["scan"]

"""Escalations: the pure parts over simulated time, the command line, the audit, and people who are told."""

"""The org day by day: `org.history.days`."""

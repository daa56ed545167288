"""Every command that a message suggests is typed as it is printed, and works."""

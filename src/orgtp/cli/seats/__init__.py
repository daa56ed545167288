"""The commands that show and change seats, and those that retire a seat or hand over what a person leaves."""

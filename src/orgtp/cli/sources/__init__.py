"""Commands about the sources of this machine: list, test and add them, collect, and schedule that."""

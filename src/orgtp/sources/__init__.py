"""Where numbers come from on this machine: its sources, what each kind takes, and asking them side by side."""

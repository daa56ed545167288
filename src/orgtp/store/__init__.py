"""Where an organisation lives: files and git, read into an `Org`, changed by `record`."""

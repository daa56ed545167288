"""Finding agents, and comparing them with the seats of an org."""

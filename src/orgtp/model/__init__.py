"""What an organisation is: frozen values that import nothing of ours but each other."""

"""`python -m orgtp`: the same command as the installed script."""

from orgtp.cli.main import main

if __name__ == "__main__":
    main()

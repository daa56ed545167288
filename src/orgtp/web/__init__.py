"""The org as web pages: a folder or one file (`site`), and a server (`server`).

Like the command line, it is an interface: a page takes the views of the api, and a template shows them.
"""

__all__ = ["server", "site"]

"""Which files are definitions of agents, by their path alone. Each must also have front matter."""

from __future__ import annotations

from pathlib import PurePosixPath

# Folders of agents by the last parts of their path. Markdown files in them, and in folders below them, are agents. The
# sources: code.claude.com/docs/en/sub-agents, and GitHub's reference of custom agents.
AGENT_FOLDERS = (".claude/agents", ".github/agents", "agents")


def find_agent_folder(path: PurePosixPath) -> str:
    """The folder of agents that a file is in, one of `AGENT_FOLDERS`; "" if its path is not one of an agent."""
    found = _split_at_agent_folder(path) if path.suffix == ".md" else None
    return found[0] if found else ""


def list_folders_below(path: PurePosixPath) -> tuple[str, ...]:
    """The folders between the folder of agents and the file; none if the file is in no folder of agents."""
    found = _split_at_agent_folder(path)
    return found[1] if found else ()


def _split_at_agent_folder(path: PurePosixPath) -> tuple[str, tuple[str, ...]] | None:
    """The folder of agents nearest to a file, and the folders below it."""
    folders = path.parts[:-1]
    for folder in AGENT_FOLDERS:
        parts = tuple(folder.split("/"))
        for end in range(len(folders), len(parts) - 1, -1):
            if folders[end - len(parts) : end] == parts:
                return folder, folders[end:]
    return None


def remove_agent_ending(name: str) -> str:
    """The name of a file of an agent without its ending: `dash.agent.md` is `dash`."""
    return name.removesuffix(".md").removesuffix(".agent")

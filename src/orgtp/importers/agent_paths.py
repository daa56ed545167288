"""Which files are definitions of agents, by their path alone. Each must also have front matter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

# Folders of agents by the last parts of their path, what a file in them ends with, and whether files in folders below
# them are agents too. The sources: code.claude.com/docs/en/sub-agents, and GitHub's reference of custom agents.
AGENT_FOLDERS: Mapping[str, tuple[str, bool]] = {
    ".claude/agents": (".md", True),
    ".github/agents": (".md", True),
    "agents": (".md", True),
}
# Files for people, which many folders have. Without front matter they are no agents anyway.
NOT_AGENTS = frozenset(
    {"readme.md", "contributing.md", "changelog.md", "license.md", "index.md", "claude.md", "agents.md"}
)


def find_agent_folder(path: PurePosixPath) -> str:
    """The folder of agents that a file is in, one of `AGENT_FOLDERS`; "" if its path is not one of an agent."""
    if path.name.lower() in NOT_AGENTS:
        return ""
    folders = path.parts[:-1]
    for folder, (ending, below) in AGENT_FOLDERS.items():
        parts = tuple(folder.split("/"))
        ends = [end for end in range(len(parts), len(folders) + 1) if folders[end - len(parts) : end] == parts]
        if ends and path.name.endswith(ending) and (below or ends[-1] == len(folders)):
            return folder
    return ""


def remove_agent_ending(name: str) -> str:
    """The name of a file of an agent without its ending: `dash.agent.md` is `dash`."""
    return name.removesuffix(".md").removesuffix(".agent")

"""Place a tree tidily, in linear time: each subtree as far left as its neighbours allow, each parent in the middle.

E. M. Reingold and J. S. Tilford, "Tidier Drawings of Trees" (1981), as improved by C. Buchheim, M. Jünger and
S. Leipert, "Improving Walker's Algorithm to Run in Linear Time" (2002). Nodes may be taller than a level (a stack of
leaves, the frame of a group), as in A. van der Ploeg, "Drawing Non-layered Tidy Trees in Linear Time" (2014): the
outlines are followed by height and not by level, which does what a chain of virtual nodes, one for each level, would
do. Nothing here is recursive, because a chart may be deeper than the stack. All positions are whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence


class TreeNode:
    """A node: how wide it is, where it ends at the bottom, and where its middle is, counted from its left edge.

    The children begin where their parent ends. `x` is the result: where the left edge is.
    """

    __slots__ = (
        "anchor",
        "bottom",
        "change",
        "children",
        "left_end",
        "left_end_sum",
        "left_thread",
        "offset",
        "own",
        "right_end",
        "right_end_sum",
        "right_thread",
        "shift",
        "width",
        "x",
    )

    def __init__(self, width: int, anchor: int, bottom: int) -> None:
        self.width, self.anchor, self.bottom = width, anchor, bottom
        self.children: list[TreeNode] = []
        self.x = 0
        # The place of the node itself, and what is added to it and to everything below it.
        self.own = self.offset = self.shift = self.change = 0
        self.left_thread: TreeNode | None = None
        self.right_thread: TreeNode | None = None
        # The lowest nodes of the outlines, and the sums of the offsets on the way to them.
        self.left_end: TreeNode = self
        self.right_end: TreeNode = self
        self.left_end_sum = self.right_end_sum = 0

    @property
    def next_left(self) -> TreeNode | None:
        """The next lower node of the left outline."""
        return self.children[0] if self.children else self.left_thread

    @property
    def next_right(self) -> TreeNode | None:
        """The next lower node of the right outline."""
        return self.children[-1] if self.children else self.right_thread


def place_children(parent: TreeNode) -> None:
    """Move the subtrees of a node together and the node over their middle. The subtrees are already placed."""
    children = parent.children
    if not children:
        return
    # The lowest heights of the outlines of the subtrees so far, the highest first, with the number of the subtree.
    lows = [(children[0].left_end.bottom, 0)]
    for number in range(1, len(children)):
        low = children[number].right_end.bottom
        _separate(children, number, lows)
        while lows and low >= lows[-1][0]:
            lows.pop()
        lows.append((low, number))
    first, last = children[0], children[-1]
    middle = (first.own + first.offset + first.anchor + last.own + last.offset + last.anchor) // 2
    parent.own = middle - parent.anchor
    parent.left_end, parent.left_end_sum = first.left_end, first.left_end_sum
    parent.right_end, parent.right_end_sum = last.right_end, last.right_end_sum


def _separate(children: Sequence[TreeNode], number: int, lows: Sequence[tuple[int, int]]) -> None:
    """Move a subtree right until its left outline touches the right outline of those before it."""
    right: TreeNode | None = children[number - 1]
    left: TreeNode | None = children[number]
    right_sum, left_sum, at = children[number - 1].offset, children[number].offset, len(lows) - 1
    while right is not None and left is not None:
        while right.bottom > lows[at][0]:
            at -= 1
        distance = (right_sum + right.own + right.width) - (left_sum + left.own)
        if distance > 0:
            left_sum += distance
            _move_subtree(children, number, lows[at][1], distance)
        right_bottom, left_bottom = right.bottom, left.bottom
        if right_bottom <= left_bottom:
            right = right.next_right
            right_sum += right.offset if right is not None else 0
        if right_bottom >= left_bottom:
            left = left.next_left
            left_sum += left.offset if left is not None else 0
    if right is None and left is not None:
        _thread_left(children[0], children[number], left, left_sum)
    elif right is not None and left is None:
        _thread_right(children[number - 1], children[number], right, right_sum)


def _move_subtree(children: Sequence[TreeNode], number: int, met: int, distance: int) -> None:
    """Move a subtree away from the one that it met, and note that those between them take their share of the room."""
    moved = children[number]
    moved.offset += distance
    moved.left_end_sum += distance
    moved.right_end_sum += distance
    if met != number - 1:
        share = distance // (number - met)
        children[met + 1].shift += share
        moved.shift -= share
        moved.change -= share * (number - met - 1)


def _thread_left(first: TreeNode, current: TreeNode, to: TreeNode, to_sum: int) -> None:
    """The left outline goes on in the current subtree, which is the lowest one so far."""
    end = first.left_end
    end.left_thread = to
    difference = (to_sum - to.offset) - first.left_end_sum
    end.offset += difference
    end.own -= difference
    first.left_end, first.left_end_sum = current.left_end, current.left_end_sum


def _thread_right(before: TreeNode, current: TreeNode, to: TreeNode, to_sum: int) -> None:
    """The right outline goes on in the subtree before the current one, which is not as low."""
    end = current.right_end
    end.right_thread = to
    difference = (to_sum - to.offset) - current.right_end_sum
    end.offset += difference
    end.own -= difference
    current.right_end, current.right_end_sum = before.right_end, before.right_end_sum


def collect_positions(root: TreeNode) -> list[TreeNode]:
    """Set the `x` of every node below a root whose children are placed, and return the nodes without the root."""
    found: list[TreeNode] = []
    waiting = [(root, 0)]
    while waiting:
        node, above = waiting.pop()
        total = above + node.offset
        node.x = node.own + total
        if node is not root:
            found.append(node)
        delta = room = 0
        for child in node.children:
            delta += child.shift
            room += delta + child.change
            child.offset += room
            waiting.append((child, total))
    return found

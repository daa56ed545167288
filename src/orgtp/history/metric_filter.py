"""Find the commits that changed a metric, by their changes to seat files and score files."""

from __future__ import annotations

from collections.abc import Callable

from orgtp.files.scores import find_seat_of_scores, read_scores
from orgtp.files.seat import read_seat
from orgtp.git.repo import Repo
from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit import ChangedFile, Commit


@dataclass(frozen=True)
class MetricFilter:
    """Tests whether a commit changed the values or the definition of a metric, of one seat if `seat` is set."""

    repo: Repo
    metric: str
    seat: str = ""

    def __call__(self, commit: Commit) -> bool:
        """Whether the commit changed the metric."""
        return any(self._changes_metric(touched) for touched in commit.paths)

    def _changes_metric(self, touched: ChangedFile) -> bool:
        facts = self._choose_reader(touched.path)
        return facts is not None and facts(touched.old) != facts(touched.new)

    def _choose_reader(self, path: str) -> Callable[[str], object] | None:
        """A function from blob id to what the file says about the metric; None if the file cannot mention it."""
        seat = find_seat_of_scores(path) or (path[6:-5] if path.startswith("seats/") and path.endswith(".yaml") else "")
        if not seat or self.seat not in {"", seat}:
            return None
        return (
            (lambda oid: self._read_metric_scores(path, oid))
            if find_seat_of_scores(path)
            else (lambda oid: self._read_metric_at(path, oid))
        )

    def _read_metric_scores(self, path: str, oid: str) -> object:
        return [score for score in read_scores(path, self._read_blob(oid))[0] if score.metric == self.metric]

    def _read_metric_at(self, path: str, oid: str) -> object:
        seat, _ = read_seat(path, self._read_blob(oid))
        return seat.metrics.get(self.metric) if seat else None

    def _read_blob(self, oid: str) -> bytes:
        """The content of a file; empty if there is none, or if it is a submodule."""
        found = self.repo.require(oid) if oid.strip("0") else None
        return found.raw if found and found.type == "blob" else b""

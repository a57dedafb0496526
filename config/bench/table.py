from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True)
class Figure:
    """One measured thing beside its baseline. `is_more_better` says which way the ratio is to be read."""

    name: str
    value: float
    unit: str
    baseline_name: str
    baseline: float
    is_more_better: bool = False

    @property
    def ratio(self) -> str:
        """How many times better (or worse) than the baseline."""
        if not self.value or not self.baseline:
            return "-"
        times = self.value / self.baseline if self.is_more_better else self.baseline / self.value
        return f"{times:.2f} x better" if times >= 1 else f"{1 / times:.2f} x worse"


def lines(figures: Iterable[Figure]) -> list[str]:
    """The table as text, columns aligned."""
    rows = [("figure", "measured", "baseline", "which is", "ratio")]
    rows += [
        (
            figure.name,
            f"{figure.value:,.1f} {figure.unit}",
            f"{figure.baseline:,.1f} {figure.unit}",
            figure.baseline_name,
            figure.ratio,
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def percentile(values: Sequence[float], percent: int) -> float:
    if len(values) < 2:
        return values[0] if values else 0.0
    return quantiles(values, n=100, method="inclusive")[percent - 1]

"""Watching a run: what its layers do at the end of every epoch, and plain verdicts on that and on its curves."""

from nntrain.training.diagnostics import curve_verdicts, layer_verdicts
from nntrain.training.diagnostics.course import Course, verdicts
from nntrain.training.diagnostics.look import LayerFigures, Look
from nntrain.training.diagnostics.watch import Watch

__all__ = ["Course", "LayerFigures", "Look", "Watch", "curve_verdicts", "layer_verdicts", "verdicts"]

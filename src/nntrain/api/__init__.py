"""The Python API: `fit` a config, `load` a run, predict and evaluate with its model."""

from nntrain.api.fitting import fit, resume
from nntrain.api.model import Model, load
from nntrain.api.run import Run

__all__ = ["Model", "Run", "fit", "load", "resume"]

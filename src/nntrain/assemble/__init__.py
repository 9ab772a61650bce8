"""Spec → objects: the only room that turns names into things."""

from nntrain.assemble.model import Bundle, restore_bundle
from nntrain.assemble.prepare import Prepared, prepare

__all__ = ["Bundle", "Prepared", "prepare", "restore_bundle"]

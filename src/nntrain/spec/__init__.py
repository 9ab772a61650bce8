"""The tree of a config over all registries, its JSON schema and its reference page."""

from nntrain.spec.derived import reference, schema
from nntrain.spec.spec import Spec, load_spec, spec_from, spec_of
from nntrain.spec.tree import Config

__all__ = ["Config", "Spec", "load_spec", "reference", "schema", "spec_from", "spec_of"]

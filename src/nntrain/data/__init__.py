"""Tables → float32 rows: sources, column types, preprocessing fitted on the training rows, splits.

Importing this package registers every component that `data:` may name, and no more: a config is checked without what
reads tables.
"""

from nntrain.data import encoding, generated, imputation, scaling, sources

__all__ = ["encoding", "generated", "imputation", "scaling", "sources"]

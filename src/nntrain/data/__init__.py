"""Tables → float32 rows: sources, column types, preprocessing fitted on the training rows, splits.

Importing this package registers every component that `data:` may name, and no more: a config is checked without what
reads tables.
"""

from nntrain.data import dates, encoding, generated, imputation, scaling, sources, target_transform

__all__ = ["dates", "encoding", "generated", "imputation", "scaling", "sources", "target_transform"]

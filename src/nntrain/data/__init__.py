"""Tables → float32 rows: sources, column types, preprocessing fitted on the training rows, splits.

Importing this package registers every component that `data:` may name.
"""

from nntrain.data import generated, sources
from nntrain.data.dataset import Dataset, Split, load_dataset, load_split
from nntrain.data.prediction import LoadedRows, load_rows
from nntrain.data.preprocessing import Preprocessing
from nntrain.data.settings import DataSettings
from nntrain.data.summary import DataSummary, summarize
from nntrain.data.writing import write_predictions, writer_of

__all__ = [
    "DataSettings",
    "DataSummary",
    "Dataset",
    "LoadedRows",
    "Preprocessing",
    "Split",
    "load_dataset",
    "load_rows",
    "load_split",
    "summarize",
    "write_predictions",
    "writer_of",
]

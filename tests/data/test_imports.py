"""DuckDB takes longer to import than a small table to read: it stays out until Parquet or SQL is asked for."""

from __future__ import annotations

import subprocess
import sys

from tests.data.tables import ASSETS

SCRIPT = """
import sys
from tests.data.tables import data_settings
from nntrain.data.dataset import load_dataset
load_dataset(data_settings(train={path!r}, target="label"))
load_dataset(data_settings(train="moons", target="label"))
sys.exit("duckdb" in sys.modules)
"""


def test_csv_and_generated_tables_do_without_duckdb() -> None:
    script = SCRIPT.format(path=str(ASSETS / "good.csv"))
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ASSETS.parents[2], env={"PYTHONPATH": ".:src"})

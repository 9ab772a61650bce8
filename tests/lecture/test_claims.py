"""Every claim that comes with nntrain, run as `nntrain lecture` runs it: what its file expects is what comes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from nntrain.lecture import claims_folder, find_claims, load_claim, try_claim

FILES = find_claims([])


def test_all_thirteen_are_there() -> None:
    assert claims_folder() == Path(__file__).resolve().parents[2] / "configs" / "lecture"
    assert [int(file.stem.partition("_")[0]) for file in FILES] == list(range(1, 14))


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_claim_comes_out_as_its_file_says(file: Path) -> None:
    result = try_claim(load_claim(file))
    assert not [str(problem) for problem in result.problems()]
    assert result.holds == result.claim.settings.holds
    assert len(result.expected) == len(result.claim.settings.expect)

"""What the lecture claims, shown by runs: files of claims, what is run for them, and what must come out."""

from nntrain.lecture import ablations, boolean, depths, descent, identities, polygons
from nntrain.lecture.claim import Claim, load_claim, load_claims
from nntrain.lecture.demonstration import Scene, demonstrations
from nntrain.lecture.finding import claims_folder, find_claims
from nntrain.lecture.outcome import Outcome, Shown
from nntrain.lecture.trials import Result, try_claim

__all__ = [
    "Claim",
    "Outcome",
    "Result",
    "Scene",
    "Shown",
    "ablations",
    "boolean",
    "claims_folder",
    "demonstrations",
    "depths",
    "descent",
    "find_claims",
    "identities",
    "load_claim",
    "load_claims",
    "polygons",
    "try_claim",
]

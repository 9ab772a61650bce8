"""The demonstrations against closed forms, and against what would be wrong."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from nntrain.config.markers import Named
from nntrain.errors import ConfigError
from nntrain.lecture import Scene, Shown
from nntrain.lecture.boolean import disjunctive_network, truth_rows
from nntrain.lecture.built import answers
from nntrain.lecture.demonstration import ANY_DEMONSTRATION
from nntrain.lecture.descent import draw, track
from nntrain.lecture.polygons import distance_to_edges, half_planes, is_convex, is_inside, polygon_network
from nntrain.lecture.surfaces import surfaces
from nntrain.optim import optimizers

SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


def shown(name: str, settings: dict[str, object], seed: int = 0) -> Shown:
    result: Shown = ANY_DEMONSTRATION.check({name: settings}).build(Scene(seed, Path.cwd()))
    return result


class TestBoolean:
    def test_every_function_of_two_variables(self) -> None:
        table = truth_rows(2)
        assert table.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
        for number in range(16):
            truth = np.array([bool(number >> row & 1) for row in range(4)])
            assert answers(disjunctive_network(table, truth), table).tolist() == truth.tolist()

    def test_functions_follow_the_seed(self) -> None:
        def units(seed: int) -> list[float]:
            return list(shown("boolean_functions", {"functions": 6}, seed).outcomes["dnf"].curves["units"])

        assert units(0) == units(0)
        assert units(0) != units(1)


class TestPolygons:
    def test_half_planes_are_distances(self) -> None:
        W, b = half_planes(SQUARE)
        np.testing.assert_allclose(np.array([0.25, 0.4]) @ W + b, [0.4, 0.75, 0.6, 0.25])

    def test_the_network_is_the_square(self) -> None:
        points = np.array([[0.5, 0.5], [0.01, 0.99], [-0.01, 0.5], [0.5, 1.01], [2.0, 2.0]])
        assert answers(polygon_network(SQUARE), points).tolist() == [True, True, False, False, False]
        assert is_inside(points, SQUARE).tolist() == [True, True, False, False, False]

    def test_distance_to_edges(self) -> None:
        points = np.array([[0.5, 0.4], [2.0, 0.5], [2.0, 2.0], [1.0, 1.0]])
        np.testing.assert_allclose(distance_to_edges(points, SQUARE), [0.4, 1.0, math.sqrt(2), 0.0])

    def test_convexity(self) -> None:
        dart = np.array([[0.0, 0.0], [2.0, 1.0], [0.0, 2.0], [0.5, 1.0]])
        star = np.array([[math.cos(a), math.sin(a)] for a in 4 * np.pi / 5 * np.arange(5)])
        assert is_convex(SQUARE)
        assert not is_convex(SQUARE[::-1])
        assert not is_convex(dart)
        assert not is_convex(star)  # turns left everywhere, but twice round

    def test_a_polygon_that_is_not_convex_is_refused(self) -> None:
        with pytest.raises(ConfigError, match="second: not convex"):
            shown("polygons", {"first": SQUARE.tolist(), "second": SQUARE[::-1].tolist()})

    def test_the_union_is_more_than_its_parts(self) -> None:
        found = shown("polygons", {"first": SQUARE.tolist(), "second": (SQUARE + 2.0).tolist(), "grid": 50})
        inside = {name: outcome.figures["inside"] for name, outcome in found.outcomes.items()}
        assert inside["union"] == inside["first"] + inside["second"]
        assert [found.outcomes[name].figures["units"] for name in ("first", "union")] == [5, 11]
        assert all(outcome.figures["points_right"] == 1 for outcome in found.outcomes.values())
        assert {"█", "·"} <= set(found.drawings[0])


class TestDepths:
    def test_small_weights_shrink_as_theory_says(self) -> None:
        """σ → a √n σ where tanh is linear, a √(n/2) σ for relu."""
        settings = {"activations": ["tanh", "relu"], "draws": {"small": {"normal": 0.01}}, "layers": 5, "rows": 500}
        found = shown("depths", settings).outcomes
        for run, factor in (("tanh_small", 0.01 * 16), ("relu_small", 0.01 * math.sqrt(128))):
            figures = found[run].figures
            assert figures["size_5"] / figures["size_2"] == pytest.approx(factor**3, rel=0.15)
            assert figures["size"] == figures["size_5"]
            assert figures["ratio"] == figures["size_5"] / figures["size_1"]
            assert figures["log_range"] == pytest.approx(-math.log10(figures["ratio"]))

    def test_tanh_after_xavier_follows_its_mean_field(self) -> None:
        """q ← E tanh²(√q z), z normal: the limit of wide layers (Poole et al., 2016)."""
        settings = {
            "activations": ["tanh"],
            "draws": {"xavier": "xavier_normal"},
            "layers": 10,
            "units": 512,
            "rows": 300,
        }
        sizes = shown("depths", settings).outcomes["tanh_xavier"].curves["size"]
        nodes, weights = np.polynomial.hermite_e.hermegauss(101)
        q = 1.0
        for size in sizes:
            q = float(weights @ np.tanh(math.sqrt(q) * nodes) ** 2 / weights.sum())
            assert size == pytest.approx(math.sqrt(q), rel=0.05)

    def test_relu_after_he_keeps_its_mean_square(self) -> None:
        settings = {"activations": ["relu"], "draws": {"he": "he_normal"}, "layers": 10, "units": 512, "rows": 300}
        assert shown("depths", settings).outcomes["relu_he"].figures["log_range"] < 0.1


class TestDescent:
    def test_gradient_descent_on_the_ravine(self) -> None:
        """θ_t = (1 − η κ)ᵗ θ_0 in each direction."""
        points = track(
            surfaces.build("ravine", steepness=10.0), Named(optimizers, True).check("sgd"), [2.0, 1.0], 20, 0.05
        )
        t = np.arange(21)
        np.testing.assert_allclose(points, np.stack([2.0 * 0.95**t, 0.5**t], axis=1))

    def test_adagrad_and_rmsprop_on_a_slope(self) -> None:
        settings = {"on": {"slope": "slope"}, "start": {"slope": [0.0, 0.0]}, "steps": 100}
        two = {"adagrad": {"adagrad": {"lr": 0.1}}, "rmsprop": {"rmsprop": {"lr": 0.1, "rho": 0.9}}}
        found = shown("descent", {**settings, "optimizers": two})
        t = np.arange(1, 101)
        np.testing.assert_allclose(found.outcomes["slope_adagrad"].curves["step"], 0.1 / np.sqrt(t), rtol=1e-6)
        np.testing.assert_allclose(found.outcomes["slope_rmsprop"].curves["step"], 0.1 / np.sqrt(1 - 0.9**t), rtol=1e-6)
        figures = found.outcomes["slope_adagrad"].figures
        assert figures["distance"] == pytest.approx(-figures["loss"])
        assert figures["step_10"] == pytest.approx(0.1 / math.sqrt(10))
        assert found.drawings == () or list(found.drawings) == []  # nothing moves in y

    @pytest.mark.parametrize("name", ["ravine", "saddle", "slope"])
    def test_gradients(self, name: str) -> None:
        surface = surfaces.build(name)
        at, step = np.array([0.7, -0.4]), 1e-6
        differences = [
            (surface.value(at + step * way) - surface.value(at - step * way)) / (2 * step) for way in np.eye(2)
        ]
        np.testing.assert_allclose(surface.gradient(at), differences, atol=1e-6)

    def test_the_saddle_keeps_who_starts_on_its_ridge(self) -> None:
        settings = {"on": {"s": "saddle"}, "start": {"s": [1.0, 0.0]}, "optimizers": {"adam": "adam"}}
        assert shown("descent", settings).outcomes["s_adam"].figures["y"] == 0

    def test_a_surface_without_a_start(self) -> None:
        with pytest.raises(ConfigError, match=r"start: none for b; expected"):
            shown("descent", {"on": {"b": "slope"}, "start": {}, "optimizers": {"sgd": "sgd"}})

    def test_drawing(self) -> None:
        points = np.array([[0.0, 0.0], [0.5, 0.5], [1.0, 1.0], [np.inf, 1.0]])
        lines = draw(points, points[0], points[2]).splitlines()
        assert (lines[-1][0], lines[0][-1]) == ("S", "E")
        assert sum(line.count("•") for line in lines) == 1


class TestIdentities:
    def test_weights_of_a_known_plane(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(0)
        x = rng.normal(size=(60, 2))
        y = x @ [3.0, -1.0] + 2.0
        rows = "\n".join(f"{a},{b},{c}" for (a, b), c in zip(x, y, strict=True))
        (tmp_path / "t.csv").write_text(f"a,b,y\n{rows}\n")
        settings = {"table": "t.csv", "target": "y", "hidden": [4], "lr": 0.05, "epochs": 400}
        found: Shown = ANY_DEMONSTRATION.check({"identities": settings}).build(Scene(0, tmp_path))
        deep, closed = found.outcomes["deep"].figures, found.outcomes["least_squares"].figures
        assert closed["loss"] == pytest.approx(0.0, abs=1e-10)
        assert closed["largest_weight"] == pytest.approx(3.0 * x[:, 0].std() / y.std(), rel=1e-5)
        assert deep["loss"] < 1e-8
        assert deep["weight_gap"] < 1e-4
        assert deep["bias_gap"] < 1e-4

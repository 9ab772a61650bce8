"""ONNX Runtime's process: `python -m benchmarks.peers.onnx_predictor WEIGHTS ROWS`; started by the parent.

The graph is that of the trained network with the softmax behind it. Rows are given in the chunks that suit it best.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from benchmarks.inference_rows import inference_rows
from benchmarks.peers.channel import Channel, versions
from benchmarks.peers.trainer import epoch_by_epoch, measure

CHUNKS = (256, 1_024, 4_096, 16_384, 65_536)


def graph(weights: dict[str, NDArray[np.float32]]) -> bytes:
    """Gemm and Relu for each hidden layer, Gemm and Softmax at the end, as a serialized model."""
    depth = len(weights) // 2
    nodes, name = [], "x"
    for layer in range(depth):
        nodes.append(helper.make_node("Gemm", [name, f"W{layer}", f"b{layer}"], [f"y{layer}"]))
        last = layer == depth - 1
        name = "p" if last else f"h{layer}"
        nodes.append(
            helper.make_node("Softmax", [f"y{layer}"], [name], axis=1)
            if last
            else helper.make_node("Relu", [f"y{layer}"], [name])
        )
    inputs, outputs = len(weights["W0"]), len(weights[f"b{depth - 1}"])
    shown = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", width])
        for name, width in (("x", inputs), ("p", outputs))
    ]
    constants = [numpy_helper.from_array(array, key) for key, array in weights.items()]
    made = helper.make_graph(nodes, "network", shown[:1], shown[1:], constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    serialized: bytes = model.SerializeToString()
    return serialized


def session_of(weights: dict[str, NDArray[np.float32]]) -> Any:
    """An inference session with all graph optimizations, on the processor."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS", "0"))  # 0: all
    return onnxruntime.InferenceSession(graph(weights), options, providers=["CPUExecutionProvider"])


def predicted(session: Any, x: NDArray[np.float32], chunk: int) -> NDArray[np.float32]:
    """Probabilities of all rows."""
    parts = [session.run(None, {"x": x[start : start + chunk]})[0] for start in range(0, len(x), chunk)]
    return np.concatenate(parts)


def timed(session: Any, x: NDArray[np.float32], chunk: int) -> float:
    """Seconds for all rows."""
    began = time.perf_counter()
    predicted(session, x, chunk)
    return time.perf_counter() - began


def main() -> None:
    """Choose the chunk, then predict whenever the parent asks for it."""
    channel = Channel()
    with np.load(sys.argv[1]) as archive:
        session = session_of({key: archive[key] for key in archive.files})
    x = inference_rows(int(sys.argv[2]))
    seconds = {}
    for chunk in CHUNKS:
        some = x[: max(CHUNKS)]
        seconds[chunk] = min(timed(session, some, chunk) for _ in range(4))
    best = min(seconds, key=seconds.__getitem__)

    def epoch() -> float:
        predicted(session, x, best)
        return 0.0

    sample = predicted(session, x[:8], 8).tolist()
    channel.send(versions=versions(("onnxruntime", "onnx")), sample=sample, chunk=best)
    for asked in channel.requests():
        channel.send(**measure(epoch_by_epoch(epoch), len(x), asked))


if __name__ == "__main__":
    main()

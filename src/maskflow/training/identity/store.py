"""Keeps cut-out faces in a file, so that a measurement that was cut short, or is widened, need not find them again."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from maskflow.training.identity.faces import Face
from maskflow.training.identity.recogniser import VECTOR, Vectors


def kept(path: Path, find: Callable[[], Sequence[Face]]) -> list[Face]:
    """The faces of the file at `path`, or those that `find` gives, which are then written there, whole or not at all.

    The file holds clear faces: it belongs where the pictures are. One that cannot be read is made anew.
    """
    try:
        return _read(path)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        faces = list(find())
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part.npz")
    _write(half, faces)
    os.replace(half, path)
    return faces


def remembered(path: Path, find: Callable[[], Vectors], rows: int) -> Vectors:
    """The vectors of the file at `path`, if they are as many as `rows`; else those that `find` gives, then kept."""
    try:
        vectors = np.load(path, allow_pickle=False)
        if vectors.shape == (rows, VECTOR):
            return np.asarray(vectors, np.float32)
    except (OSError, ValueError):
        pass
    vectors = find()
    half = path.with_suffix(".part.npy")
    np.save(half, vectors)
    os.replace(half, path)
    return vectors


def _write(path: Path, faces: Sequence[Face]) -> None:
    np.savez(
        path,
        pixels=np.concatenate([np.zeros(0, np.uint8), *(face.patch.ravel() for face in faces)]),
        shape=np.array([face.patch.shape for face in faces], np.int64).reshape(-1, 3),
        box=np.array([face.box for face in faces], np.float32).reshape(-1, 4),
        upright=np.array([face.upright for face in faces], np.float64).reshape(-1, 2, 3),
        person=np.array([face.person for face in faces], np.int64),
        class_id=np.array([face.class_id for face in faces], np.int64),
        picture=np.array([face.picture for face in faces], np.str_),
    )


def _read(path: Path) -> list[Face]:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        columns = {name: stored[name] for name in ("shape", "box", "upright", "person", "class_id", "picture")}
        pixels = stored["pixels"]
    last = np.cumsum(columns["shape"].prod(axis=1))
    patches = np.split(pixels, last[:-1]) if len(last) else []
    return [
        Face(
            int(columns["person"][n]),
            patch.reshape(columns["shape"][n]),
            columns["box"][n],
            columns["upright"][n],
            int(columns["class_id"][n]),
            str(columns["picture"][n]),
        )
        for n, patch in enumerate(patches)
    ]

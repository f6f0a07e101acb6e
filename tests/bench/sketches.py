"""Ways to sketch a text in 300 bytes, on the same words and runs of three words: ours and its peers."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from services.matching.fold import fold, is_unspaced
from services.matching.sketch import contained, sketch

_RUN: Final = 3
_FIRST_UNSPACED: Final = "\u0e00"
_PERMUTATIONS: Final = 128


@dataclass(frozen=True, slots=True)
class Method:
    """One way to tell how alike two texts are."""

    name: str
    size: int
    """Bytes of a sketch."""
    make: Callable[[str], Any]
    likeness: Callable[[Any, Any], float]


def methods() -> Iterator[Method]:
    """Ours, textbook implementations of its peers, and the libraries that are installed."""
    yield Method("bottom-k, containment (ours)", 293, sketch, _contained_either_way)
    yield Method("MinHash, 128 permutations x 16 bit", 256, _minhash, _equal_share)
    yield Method("SimHash, 64 bit", 8, lambda text: _simhash(text, 64), _equal_share)
    yield Method("SimHash, 2,048 bit", 256, lambda text: _simhash(text, 2_048), _equal_share)
    if (datasketch := _installed("datasketch")) is not None:
        yield Method("MinHash of datasketch, 128 x 32 bit", 512, _of_datasketch(datasketch), _jaccard)
    if (rensa := _installed("rensa")) is not None:
        yield Method("R-MinHash of rensa, 128 x 32 bit", 512, _of_rensa(rensa), _jaccard)


def runs(text: str) -> list[str]:
    """Runs of three words; letters are words in scripts without blanks."""
    words: list[str] = []
    for word in fold(text).text.split():
        unspaced = word[0] >= _FIRST_UNSPACED and is_unspaced(np.array([ord(word[0])], dtype=np.uint32)).all()
        words += list(word) if unspaced else [word]
    return [" ".join(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1)]


def _contained_either_way(one: str | None, other: str | None) -> float:
    return max(contained(one, other), contained(other, one)) if one and other else 0.0


def _hashes(text: str) -> npt.NDArray[np.uint64]:
    return np.unique(np.array([crc32(run.encode()) for run in runs(text)], dtype=np.uint64))


_SEEDS: Final = np.random.default_rng(20261124).integers(1, 1 << 63, _PERMUTATIONS, dtype=np.uint64)


def _minhash(text: str) -> npt.NDArray[np.uint16]:
    """Broder et al. 1998, min-wise independent permutations, kept as 16 bits each (Li and König 2010)."""
    hashes = _hashes(text)
    if not len(hashes):
        return np.zeros(_PERMUTATIONS, dtype=np.uint16)
    smallest: npt.NDArray[np.uint64] = _mixed(hashes[:, None] + _SEEDS[None, :]).min(axis=0)
    return smallest.astype(np.uint16)


def _simhash(text: str, bits: int) -> npt.NDArray[np.bool_]:
    """Charikar 2002: each bit tells on which side of a random plane the runs lie in sum."""
    hashes = _hashes(text)
    votes = np.zeros(bits, dtype=np.int64)
    for place in range(bits // 64):
        mixed = _mixed(hashes + _SEEDS[place])
        signs = np.unpackbits(mixed.view(np.uint8).reshape(-1, 8), axis=1).astype(np.int64)
        votes[place * 64 : place * 64 + 64] = 2 * signs.sum(axis=0) - len(hashes)
    return votes > 0


def _mixed(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def _equal_share(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    return float((one == other).mean())


def _jaccard(one: Any, other: Any) -> float:
    return float(one.jaccard(other))


def _of_datasketch(library: Any) -> Callable[[str], Any]:
    def make(text: str) -> Any:
        made = library.MinHash(num_perm=_PERMUTATIONS)
        made.update_batch([run.encode() for run in runs(text)])
        return made

    return make


def _of_rensa(library: Any) -> Callable[[str], Any]:
    def make(text: str) -> Any:
        made = library.RMinHash(num_perm=_PERMUTATIONS, seed=20261124)
        made.update(runs(text))
        return made

    return make


def _installed(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None

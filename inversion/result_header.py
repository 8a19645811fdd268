"""What the file of a result says in JSON; its tensors stand in docs/file-format.md."""

from __future__ import annotations

from inversion.edits.file import EditHeader
from inversion.knobs import Value
from inversion.operators.measurement import MeasurementHeader
from models.generators.generator import Identity
from models.tensor_file import Header, Kind

RESULT = Kind("inversion", 1, "a saved result", "Choose a result (.safetensors).")
MEASURED = "measurement."  # in front of a measurement's tensors
EDITED = "edits."  # before the names of what edits hold
TUNED = "deltas."  # before the names of fine-tuned weights in the file


class ResultHeader(Header):
    """What a file says of a result: see `Inversion`. A loss or a metric may be infinite or NaN, as
    the PSNR of equal pictures is."""

    seeds: tuple[int, ...]
    losses: tuple[float, ...]
    metrics: dict[str, list[float]]
    method: str
    settings: dict[str, Value]
    steps: int
    evaluations: int
    seconds: float
    notes: tuple[str, ...]
    versions: dict[str, str]
    identity: Identity
    measurement: MeasurementHeader | None = None
    edits: tuple[EditHeader, ...] | None = None


WRITTEN = tuple(name for name in ResultHeader.model_fields if name not in ("measurement", "edits"))

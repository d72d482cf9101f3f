"""The least that rows cost: as many columns of noise, by numpy and pyarrow, in one file.

python -m benchmarks.peers.noise ROWS FILE
"""

import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_CHUNK: int = 122_880
_READINGS = 14


def main(rows: int, path: str) -> None:
    """Write rows: terminal, instant, and readings rounded to a sensor's resolution."""
    generator = np.random.default_rng(1)
    names = ["terminal", "ts", *(f"reading_{number}" for number in range(_READINGS))]
    kinds = [pa.int32(), pa.timestamp("ms"), *[pa.float32()] * _READINGS]
    schema = pa.schema(list(zip(names, kinds, strict=True)))
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=3) as writer:
        for first in range(0, rows, _CHUNK):
            count = min(_CHUNK, rows - first)
            number = np.arange(first, first + count)
            terminal = (number // 96).astype(np.int32)
            noise = generator.standard_normal((_READINGS, count), np.float32)
            noise *= 10.0
            np.rint(noise, out=noise)
            instants = pa.array(number % 96 * 900_000).cast(pa.timestamp("ms"))
            columns = [pa.array(terminal), instants, *map(pa.array, noise)]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])

"""Measures hnswlib, usearch and faiss on the vectors that `vitrine bench ann --keep DIR` leaves in DIR.

For each folder there it writes peers.json beside ours.json and in the same form. All build a graph of M 16 with
efConstruction 200, on as many threads as they then search with. The vectors have length 1, so the inner product is the cosine.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import platform
import time
from pathlib import Path

import numpy as np

M = 16
EF_CONSTRUCTION = 200
DEPTHS = [10, 100]


class Hnswlib:
    name, holds_floats = "hnswlib", True

    def __init__(self, dim, rows, threads):
        import hnswlib

        self.threads = threads
        self.index = hnswlib.Index("ip", dim)
        self.index.init_index(rows, ef_construction=EF_CONSTRUCTION, M=M)

    def build(self, base):
        self.index.add_items(base, num_threads=self.threads)

    def set_ef(self, ef):
        self.index.set_ef(ef)

    def search(self, queries, k, threads):
        return self.index.knn_query(queries, k, num_threads=threads)[0]

    def saved_bytes(self):
        return self.index.index_file_size()


class Usearch:
    name, holds_floats, dtype, metric = "usearch f32", True, "f32", "ip"

    def __init__(self, dim, rows, threads):
        from usearch.index import Index

        self.threads = threads
        self.index = Index(ndim=dim, metric=self.metric, dtype=self.dtype, connectivity=M, expansion_add=EF_CONSTRUCTION)

    def build(self, base):
        self.index.add(np.arange(len(base)), base, threads=self.threads)

    def set_ef(self, ef):
        self.index.expansion_search = ef

    def search(self, queries, k, threads):
        return self.index.search(queries, k, threads=threads).keys

    def saved_bytes(self):
        return self.index.serialized_length


class UsearchBytes(Usearch):
    """Eight bits a dimension, compared by their cosine: codes are not of unit length."""

    name, holds_floats, dtype, metric = "usearch i8", False, "i8", "cos"


class Faiss:
    name, holds_floats = "faiss HNSW", True

    def __init__(self, dim, rows, threads):
        import faiss

        self.faiss = faiss
        faiss.omp_set_num_threads(threads)
        self.index = faiss.IndexHNSWFlat(dim, M, faiss.METRIC_INNER_PRODUCT)
        self.index.hnsw.efConstruction = EF_CONSTRUCTION

    def build(self, base):
        self.index.add(base)

    def set_ef(self, ef):
        self.index.hnsw.efSearch = ef

    def search(self, queries, k, threads):
        self.faiss.omp_set_num_threads(threads)
        return self.index.search(queries, k)[1]

    def saved_bytes(self):
        return self.faiss.serialize_index(self.index).nbytes


PEERS = [Hnswlib, Usearch, UsearchBytes, Faiss]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path, help="the folder that --keep named")
    parser.add_argument("--peer", nargs="+", choices=[peer.name for peer in PEERS], default=[peer.name for peer in PEERS])
    parser.add_argument("--threads", type=numbers, default=[1, 2])
    parser.add_argument("--ef", type=numbers, default=[10, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512])
    parser.add_argument("--window", type=float, default=1, help="seconds that a measurement lasts")
    parser.add_argument("--windows", type=int, default=3, help="measurements of each point, of which the fastest counts")
    args = parser.parse_args()
    folders = sorted(path.parent for path in args.dir.glob("*/ours.json"))
    if not folders:
        parser.error(f"no results in {args.dir}: run vitrine bench ann --keep {args.dir}")
    for folder in folders:
        measure_set(folder, args)


def numbers(text):
    return [int(number) for number in text.split(",")]


def measure_set(folder, args):
    """Each peer is measured in a process of its own, so that no library's threads meet another's, and written down at once."""
    measurements = []
    for peer in (peer for peer in PEERS if peer.name in args.peer):
        for threads in args.threads:
            print(f"{folder.name}: {peer.name}, threads {threads}", flush=True)
            with multiprocessing.get_context("spawn").Pool(1) as process:
                measurements += process.apply(measure_peer, (peer, folder, threads, args))
            write(folder, measurements)


def measure_peer(peer, folder, threads, args):
    base, queries, truth = (read(folder / name, kind) for name, kind in FILES)
    index = peer(base.shape[1], len(base), threads)
    start = time.perf_counter()
    index.build(base)
    seconds = time.perf_counter() - start
    size = index.saved_bytes() / len(base) - 4 * base.shape[1] * peer.holds_floats
    measurements = []
    for k in (k for k in DEPTHS if k <= len(base)):
        for ef in (ef for ef in args.ef if ef >= k):
            index.set_ef(ef)
            found = index.search(queries, k, threads)
            measurement = {"method": peer.name, "setting": f"ef={ef}", "k": k, "threads": threads}
            for depth in (depth for depth in DEPTHS if depth <= k):
                measurement[f"recall@{depth}"] = recall(found, base, queries, truth, depth)
            measurement["queries_per_second"] = max(rate(index, queries, k, threads, args.window) for _ in range(args.windows))
            if threads == 1:
                measurement["p50_us"], measurement["p99_us"] = latencies(index, queries, k)
            measurements.append(measurement | {"build_seconds": seconds, "bytes_per_vector": size})
    return measurements


def recall(found, base, queries, truth, depth):
    """The mean share of right results; right is what scores as high as the last of the true ones, as in recall of truth.go."""
    shares = []
    for query, rows, exact in zip(queries.astype(np.float64), found, truth):
        exact = exact[:depth]
        # One product for both, so that the same row gets the same score.
        scores = base[np.concatenate([exact, rows[:depth].astype(np.int64)])].astype(np.float64) @ query
        shares.append(np.mean(scores[len(exact):] >= scores[: len(exact)].min() - 1e-9))
    return float(np.mean(shares))


def rate(index, queries, k, threads, window):
    """Queries a second: all queries in one call, again and again until the time is over."""
    done, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < window or done == 0:
        index.search(queries, k, threads)
        done += len(queries)
    return done / elapsed


def latencies(index, queries, k):
    """The median and the 99th percentile, in µs, of calls with one query."""
    taken = []
    for i in range(len(queries)):
        start = time.perf_counter_ns()
        index.search(queries[i : i + 1], k, 1)
        taken.append((time.perf_counter_ns() - start) / 1e3)
    return [float(np.percentile(taken, p, method="inverted_cdf")) for p in (50, 99)]


FILES = [("base.fvecs", np.float32), ("query.fvecs", np.float32), ("truth.ivecs", np.int32)]


def read(path, kind):
    """A TEXMEX file: each row is its length and then its values."""
    values = np.fromfile(path, np.int32)
    return np.ascontiguousarray(values.reshape(-1, values[0] + 1)[:, 1:]).view(kind)


def write(folder, measurements):
    ours = json.loads((folder / "ours.json").read_text())
    vectors = hashlib.sha256()
    for name, _ in FILES[:2]:
        with open(folder / name, "rb") as file:
            while block := file.read(1 << 20):
                vectors.update(block)
    results = {key: ours[key] for key in ("set", "rows", "dim", "queries")} | {
        "vectors": vectors.hexdigest(),
        "machine": f"{platform.system()}/{platform.machine()}, {os.cpu_count()} cores",
        "measurements": measurements,
    }
    (folder / "peers.json").write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()

"""What LightGBM makes of the graded rows of the data kit: the figures that our rankers are held against.

Writes to --work: folds.txt (the fold of each query, in the order of rank.train.query), which every ranker keeps to, tuned.json (the settings chosen for each
fold), and the scores of LightGBM, one a row of rank.train. With --scores it judges files of scores that others have written, beside those.
"""

import argparse
import json
import random
from pathlib import Path

import lightgbm as lgb
import numpy as np
from sklearn.datasets import load_svmlight_file

FOLDS = 5
CUT = 5
# examples/lambdarank/train.conf of LightGBM, from which the rows come
EXAMPLE = {"num_leaves": 31, "learning_rate": 0.1, "min_data_in_leaf": 50, "min_sum_hessian_in_leaf": 5.0, "bagging_freq": 1, "bagging_fraction": 0.9}
EXAMPLE_TREES = 100
FIXED = {"objective": "lambdarank", "seed": 1, "deterministic": True, "force_row_wise": True, "verbosity": -1, "feature_pre_filter": False}
GRID = {
    "num_leaves": [4, 7, 15, 31],
    "learning_rate": [0.03, 0.05, 0.1],
    "min_data_in_leaf": [5, 10, 20, 50],
    "min_sum_hessian_in_leaf": [0.001, 0.1, 1.0, 5.0],
    "feature_fraction": [0.1, 0.3, 0.6, 1.0],
    "bagging_fraction": [0.5, 0.7, 0.9],
    "bagging_freq": [1],
    "lambda_l2": [0.0, 1.0, 10.0],
    "lambdarank_truncation_level": [10, 30],
}
MOST_TREES = 250


class Rows:
    """Rows of some queries, which stay together."""

    def __init__(self, x, grades, sizes):
        self.x, self.grades, self.sizes = x, grades, sizes
        self.starts = np.concatenate([[0], np.cumsum(sizes)])

    def rows_of(self, queries):
        return np.concatenate([np.arange(self.starts[q], self.starts[q + 1]) for q in queries])

    def part(self, queries):
        rows = self.rows_of(queries)
        return Rows(self.x[rows], self.grades[rows], self.sizes[queries])

    def dataset(self, bins_of=None):
        return lgb.Dataset(self.x, self.grades, group=self.sizes, params=FIXED, reference=bins_of)


def gain(grades):
    top = grades[:CUT]
    return np.sum((2.0**top - 1) / np.log2(np.arange(2, len(top) + 2)))


def ndcg(rows, scores):
    """NDCG@5 of each query, 1 where no row of it has a grade. Rows of one score stay in the order of the file."""
    out = []
    for begin, end in zip(rows.starts, rows.starts[1:]):
        grades = rows.grades[begin:end]
        best = gain(-np.sort(-grades))
        order = np.argsort(-scores[begin:end], kind="stable")
        out.append(gain(grades[order]) / best if best > 0 else 1.0)
    return np.array(out)


def interval(values, draws=10000):
    draw = np.random.default_rng(1)
    means = values[draw.integers(0, len(values), (draws, len(values)))].mean(axis=1)
    return np.quantile(means, [0.025, 0.975])


def curve(train, valid, settings, threads):
    """NDCG@5 on the valid rows after each tree."""
    values = {}
    told = FIXED | settings | {"num_threads": threads, "metric": "ndcg", "eval_at": [CUT]}
    train = train.dataset()
    lgb.train(told, train, MOST_TREES, valid_sets=[valid.dataset(train)], valid_names=["valid"], callbacks=[lgb.record_evaluation(values)])
    return values["valid"][f"ndcg@{CUT}"]


def tune(rows, folds, held, candidates, threads):
    """The settings and number of trees that are best on the folds that are not held out, each of them in turn the judge."""
    inner = [f for f in range(FOLDS) if f != held]
    best = (-1.0, None, 0)
    for settings in candidates:
        curves = []
        for judge in inner:
            train = rows.part(np.flatnonzero((folds != held) & (folds != judge)))
            curves.append(curve(train, rows.part(np.flatnonzero(folds == judge)), settings, threads))
        mean = np.mean(curves, axis=0)
        mean = np.convolve(mean, np.ones(21) / 21, mode="same")[10:-10]  # a peak of one tree is chance
        trees = int(np.argmax(mean))
        if mean[trees] > best[0]:
            best = (mean[trees], settings, trees + 11)
    return best


def options(settings, trees):
    """The settings as ranker/trees names them."""
    return {
        "Trees": trees,
        "Leaves": settings["num_leaves"],
        "Rate": settings["learning_rate"],
        "MinRows": settings["min_data_in_leaf"],
        "MinHessian": settings["min_sum_hessian_in_leaf"],
        "FeatureShare": settings["feature_fraction"],
        "RowShare": settings["bagging_fraction"],
        "L2": settings["lambda_l2"],
        "Truncation": settings["lambdarank_truncation_level"],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kit", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--candidates", type=int, default=12, help="settings drawn from the grid for each fold; 0 = only the example's")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--scores", type=Path, nargs="*", default=[], help="judge these, and train nothing")
    args = parser.parse_args()
    x, grades = load_svmlight_file(str(args.kit / "ltr" / "rank.train"), n_features=301)
    rows = Rows(x.toarray()[:, 1:], grades, np.loadtxt(args.kit / "ltr" / "rank.train.query", int))
    order = list(range(len(rows.sizes)))
    random.Random(1).shuffle(order)
    folds = np.empty(len(order), int)
    folds[order] = np.arange(len(order)) % FOLDS
    args.work.mkdir(parents=True, exist_ok=True)
    np.savetxt(args.work / "folds.txt", folds, "%d")

    files = {"example": args.work / "lightgbm_example.txt", "tuned": args.work / "lightgbm_tuned.txt"}
    if not args.scores:
        draw = random.Random(1)
        tuned = []
        candidates = [{k: draw.choice(v) for k, v in GRID.items()} for _ in range(args.candidates)]
        scores = {name: np.zeros(len(grades)) for name in files}
        for held in range(FOLDS):
            chosen = {"example": (EXAMPLE, EXAMPLE_TREES)}
            if candidates:
                inner, settings, trees = tune(rows, folds, held, candidates, args.threads)
                print(f"fold {held}: {trees} trees, {settings}, NDCG@{CUT} {inner:.4f} on the inner folds", flush=True)
                chosen["tuned"] = (settings, trees)
                tuned.append(options(settings, trees))
            train, seen = rows.part(np.flatnonzero(folds != held)), rows.rows_of(np.flatnonzero(folds == held))
            for name, (settings, trees) in chosen.items():
                scores[name][seen] = lgb.train(FIXED | settings | {"num_threads": args.threads}, train.dataset(), trees).predict(rows.x[seen])
        if tuned:
            (args.work / "tuned.json").write_text(json.dumps(tuned))
        for name in chosen:
            np.savetxt(files[name], scores[name])
    judged = {path.stem: ndcg(rows, np.loadtxt(path)) for path in [*files.values(), *args.scores] if path.exists()}
    judged |= {"order of the file": ndcg(rows, np.zeros(len(grades)))}
    for name, values in judged.items():
        low, high = interval(values)
        line = f"{name}: NDCG@{CUT} {values.mean():.4f} [{low:.3f}, {high:.3f}]"
        for other in ("lightgbm_example", "lightgbm_tuned"):
            if other in judged and other != name:
                low, high = interval(values - judged[other])
                line += f", over {other} {np.mean(values - judged[other]):+.4f} [{low:+.3f}, {high:+.3f}]"
        print(line)


if __name__ == "__main__":
    main()

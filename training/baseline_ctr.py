"""What scikit-learn makes of the click logs of the data kit: the figures that `vitrine train ctr` is held against.

Writes train.csv, test.csv (halves of the four logs, by chance) and features.txt (the columns, as --features takes them) to --work.
"""

import argparse
import csv
import gzip
import random
import time
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

L2 = 0.001  # as --l2: of the mean loss
LOGS = [("random", "men"), ("random", "women"), ("bts", "men"), ("bts", "women")]


def read(path):
    with gzip.open(path, "rt") as f:
        return list(csv.DictReader(f))


def impressions(kit):
    """One dict of numbers an impression: what was shown where, what the shop knows of the user, and the click."""
    rows, known = [], set()
    for policy, campaign in LOGS:
        folder = kit / "bandit" / policy / campaign
        items = {i["item_id"]: float(i["item_feature_0"]) for i in read(folder / "item_context.csv.gz")}
        for r in read(folder / f"{campaign}.csv.gz"):
            affinities = [float(v) for k, v in r.items() if k.startswith("user-item_affinity")]
            row = {
                "click": int(r["click"]),
                "by_bts": int(policy == "bts"),
                "for_women": int(campaign == "women"),
                "position_2": int(r["position"] == "2"),
                "position_3": int(r["position"] == "3"),
                "item_feature": items[r["item_id"]],
                "affinity": float(r[f"user-item_affinity_{r['item_id']}"]),
                "affinities": sum(affinities),
            }
            for i in range(4):
                row[f"user_{i}_{r[f'user_feature_{i}'][:6]}"] = 1
            known |= row.keys()
            rows.append(row)
    names = sorted(known - {"click"})
    return names, [[r.get(n, 0) for n in names] + [r["click"]] for r in rows]


def interval(labels, scores, draws=1000):
    """95 % bootstrap interval of the AUC."""
    draw = np.random.default_rng(1)
    picks = (draw.integers(0, len(labels), len(labels)) for _ in range(draws))
    return np.quantile([roc_auc_score(labels[p], scores[p]) for p in picks], [0.025, 0.975])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kit", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    names, rows = impressions(args.kit)
    random.Random(1).shuffle(rows)
    halves = {"train": rows[: len(rows) // 2], "test": rows[len(rows) // 2 :]}
    args.work.mkdir(parents=True, exist_ok=True)
    (args.work / "features.txt").write_text(",".join(names))
    for name, half in halves.items():
        with open(args.work / f"{name}.csv", "w", newline="") as f:
            csv.writer(f).writerows([names + ["click"], *half])

    train, test = (np.array(halves[n], float) for n in ("train", "test"))
    scaler = StandardScaler().fit(train[:, :-1])
    x, y = scaler.transform(train[:, :-1]), train[:, -1]
    seen, labels = scaler.transform(test[:, :-1]), test[:, -1]
    print(f"{len(y)} rows to train on, {int(y.sum())} clicked; {len(labels)} to test on, {int(labels.sum())} clicked; {len(names)} features")
    models = {
        "logistic": LogisticRegression(C=1 / (L2 * len(y)), tol=1e-8, max_iter=1000),
        "mlp": MLPClassifier([64], alpha=0, batch_size=32, max_iter=10, n_iter_no_change=10, random_state=1),
    }
    for name, model in models.items():
        begin = time.perf_counter()
        model.fit(x, y)
        took = time.perf_counter() - begin
        scores = model.predict_proba(seen)[:, 1]
        low, high = interval(labels, scores)
        print(f"{name}: AUC {roc_auc_score(labels, scores):.4f} [{low:.3f}, {high:.3f}], log loss {log_loss(labels, scores):.6f}, fit in {took:.2f} s")


if __name__ == "__main__":
    main()

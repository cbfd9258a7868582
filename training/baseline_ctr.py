"""What scikit-learn makes of the click logs of the data kit: the figures that `vitrine train ctr` is held against.

Writes train.csv, test.csv (halves of the four logs, by chance), fit.csv and calibrate.csv (three quarters of the training rows and the rest) and features.txt
(the columns, as --features takes them) to --work. With --vitrine, our models learn fit.csv and are judged beside scikit-learn's on test.csv: order and calibration.
"""

import argparse
import csv
import gzip
import json
import random
import subprocess
import time
from pathlib import Path

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import OneHotEncoder, StandardScaler

L2 = 0.001  # as --l2: of the mean loss
BINS = 10
WORDS = ["campaign", "item", "user_a", "user_b", "user_c", "user_d"]  # columns of words, beside the numbers
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
            row |= {"campaign": campaign, "item": f"{campaign} {r['item_id']}", "place": int(r["position"])}
            for i, word in enumerate(WORDS[2:]):
                row[word] = r[f"user_feature_{i}"][:6]
                row[f"user_{i}_{row[word]}"] = 1
            known |= row.keys()
            rows.append(row)
    names = sorted(known - {"click", "place", *WORDS})
    return names, [[r.get(n, 0) for n in names] + [r["click"], r["place"]] + [r[w] for w in WORDS] for r in rows]


def interval(labels, scores, draws=1000):
    """95 % bootstrap interval of the AUC."""
    draw = np.random.default_rng(1)
    picks = (draw.integers(0, len(labels), len(labels)) for _ in range(draws))
    return np.quantile([roc_auc_score(labels[p], scores[p]) for p in picks], [0.025, 0.975])


def logit(chances):
    return np.log(chances / (1 - chances))


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def error(labels, chances):
    """Expected calibration error over bins of equal count."""
    order = np.argsort(chances, kind="stable")
    return sum(abs(chances[b].sum() - labels[b].sum()) for b in np.array_split(order, BINS)) / len(labels)


def losses(labels, chances):
    chances = np.clip(chances, 2**-52, 1 - 2**-52)
    return -np.log(np.where(labels == 1, chances, 1 - chances))


def spread(labels, chances, of, draws=300):
    """95 % bootstrap interval of a figure."""
    draw = np.random.default_rng(1)
    return np.quantile([of(labels[p], chances[p]) for p in (draw.integers(0, len(labels), len(labels)) for _ in range(draws))], [0.025, 0.975])


def calibrations(logits, labels):
    """scikit-learn's: a regression without penalty on the logit, and steps."""
    platt = LogisticRegression(C=np.inf, tol=1e-8).fit(logits[:, None], labels)
    steps = IsotonicRegression(out_of_bounds="clip").fit(logits, labels)
    return {"none": sigmoid, "platt": lambda x: platt.predict_proba(x[:, None])[:, 1], "isotonic": steps.predict}


class Vitrine:
    """Our models, which learn the same files by the command line."""

    def __init__(self, program, work, names):
        self.program, self.work, self.names = program, work, names

    def run(self, *arguments):
        return subprocess.run([self.program, *arguments], cwd=self.work, check=True, capture_output=True, text=True).stdout

    def regression(self, tables):
        self.run("train", "ctr", "--csv", "fit.csv", "--features", ",".join(self.names), "--label", "click", "--model", "logistic", "--l2", str(L2), "--batch", "256",
                 "--rate", "0.01", "--epochs", "30", "--validation", "0", "--optimizer", "sgd", "--out", "logistic.json")
        model = json.loads((self.work / "logistic.json").read_text())
        mean, scale = (np.array([f[k] for f in model["features"]]) for k in ("mean", "scale"))
        [layer] = model["layers"]
        columns = [self.names.index(f["name"]) for f in model["features"]]
        return [(t[:, columns] - mean) / scale @ np.array(layer["weights"]) + layer["bias"][0] for t in tables]

    def ftrl(self, parts, *arguments):
        numbers = [n for n in self.names if not n.startswith("position")]
        self.run("train", "ftrl", "--csv", "fit.csv", "--numbers", ",".join(numbers), "--fields", ",".join(WORDS), "--label", "click", "--position", "place", "--out", "model.ftrl", *arguments)
        logits = []
        for part in parts:
            self.run("train", "ftrl", "--evaluate", "model.ftrl", "--csv", f"{part}.csv", "--label", "click", "--position", "place", "--logits", "logits.csv")
            logits.append(np.loadtxt(self.work / "logits.csv", delimiter=",", skiprows=1)[:, 0])
        return logits

    def calibrated(self, logits, labels):
        """ECE and log loss by calibration, fitted on the first and judged on the second."""
        for name, x, y in zip(("learnt", "judged"), logits, labels):
            np.savetxt(self.work / f"{name}.csv", np.column_stack([x, y]), delimiter=",", header="logit,click", comments="")
        return {c["calibration"]: c for c in json.loads(self.run("calibrate", "--fit", "learnt.csv", "--csv", "judged.csv", "--json"))}


def beside(vitrine, halves):
    """Prints order and calibration of scikit-learn's models and ours on the test rows."""
    width = len(vitrine.names)
    numbers = {n: np.array([r[:width] for r in rows], float) for n, rows in halves.items()}
    labels = {n: np.array([r[width] for r in rows], float) for n, rows in halves.items()}
    words = {n: np.array([r[width + 2 :] for r in rows]) for n, rows in halves.items()}
    parts = ["calibrate", "test"]
    scaler = StandardScaler().fit(numbers["fit"])
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(words["fit"][:, 1:2])
    with_items = {n: np.hstack([scaler.transform(numbers[n]), encoder.transform(words[n][:, 1:2])]) for n in halves}

    def regression(tables):
        model = LogisticRegression(C=1 / (L2 * len(labels["fit"])), tol=1e-8, max_iter=1000).fit(tables["fit"], labels["fit"])
        return [model.decision_function(tables[p]) for p in parts]

    crosses = ["item×user_a", "item×user_b", "item×user_c", "item×user_d"]
    scores = {
        "scikit-learn, regression": regression({n: scaler.transform(numbers[n]) for n in halves}),
        "scikit-learn, regression with an indicator of each item": regression(with_items),
        "train ctr --model logistic": vitrine.regression([numbers[p] for p in parts]),
        "train ftrl, numbers": vitrine.ftrl(parts),
        "train ftrl, numbers and items": vitrine.ftrl(parts, "--crosses", "item"),
        "train ftrl, numbers, items and items × users": vitrine.ftrl(parts, "--crosses", ",".join(["item", *crosses])),
        "the same, l1 1": vitrine.ftrl(parts, "--l1", "1", "--crosses", ",".join(["item", *crosses])),
        "the same, l2 30": vitrine.ftrl(parts, "--l2", "30", "--crosses", ",".join(["item", *crosses])),
    }
    seen = labels["test"]
    first = next(iter(scores.values()))[1]
    for name, (learnt, judged) in scores.items():
        low, high = spread(seen, judged, roc_auc_score)
        below, above = spread(seen, np.column_stack([judged, first]), lambda y, both: roc_auc_score(y, both[:, 0]) - roc_auc_score(y, both[:, 1]))
        print(f"{name}: AUC {roc_auc_score(seen, judged):.4f} [{low:.3f}, {high:.3f}], over the first [{below:+.3f}, {above:+.3f}]; log loss on calibrate.csv {log_loss(labels['calibrate'], sigmoid(learnt)):.5f}")
        ours = vitrine.calibrated((learnt, judged), (labels["calibrate"], seen))
        for kind, chance in calibrations(learnt, labels["calibrate"]).items():
            chances = chance(judged)
            low, high = spread(seen, chances, error)
            below, above = spread(seen, losses(seen, chances), lambda _, loss: loss.mean())
            print(f"  {kind}: scikit-learn ECE {error(seen, chances):.5f} [{low:.5f}, {high:.5f}], log loss {log_loss(seen, chances):.5f} [{below:.4f}, {above:.4f}]; vitrine calibrate ECE {ours[kind]['ece']:.5f}, log loss {ours[kind]['log_loss']:.5f}")
        if name in ("scikit-learn, regression", "train ctr --model logistic"):
            for b in ours["platt"]["reliability"]:
                print(f"    platt: {b['rows']} rows, predicted {b['predicted']:.4f}, observed {b['observed']:.4f} [{b['low']:.4f}, {b['high']:.4f}]")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kit", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--vitrine", type=Path, help="the program, to judge our models beside scikit-learn's")
    args = parser.parse_args()
    names, rows = impressions(args.kit)
    random.Random(1).shuffle(rows)
    half, quarter = len(rows) // 2, len(rows) // 8
    halves = {"train": rows[:half], "test": rows[half:], "fit": rows[: half - quarter], "calibrate": rows[half - quarter : half]}
    args.work.mkdir(parents=True, exist_ok=True)
    (args.work / "features.txt").write_text(",".join(names))
    for name, part in halves.items():
        with open(args.work / f"{name}.csv", "w", newline="") as f:
            csv.writer(f).writerows([[*names, "click", "place", *WORDS], *part])
    if args.vitrine:
        beside(Vitrine(args.vitrine.resolve(), args.work, names), halves)
        return

    train, test = (np.array([r[: len(names) + 1] for r in halves[n]], float) for n in ("train", "test"))
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

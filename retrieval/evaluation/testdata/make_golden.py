"""Makes golden.qrels, golden.run and golden.json with implementations that are not ours.

    pip install numpy scipy scikit-learn pytrec-eval-terrier ir-measures
    python make_golden.py

NDCG: trec_eval (through pytrec_eval), whose gain is the grade itself, given the grades 2^grade - 1; and
scikit-learn's ndcg_score must agree where every product is ranked. MRR, recall, precision: trec_eval.
ERR: the formula as a sum over ranks, whose four decimals must be those of TREC's gdeval.pl (through
ir_measures; it needs perl), which has the highest grade of these judgements, 4, built in.
Intervals: scipy's percentile bootstrap. Made with pytrec-eval-terrier 0.5.11, scikit-learn 1.9.1, scipy 1.17.1.
"""
import json
import pathlib
import random

import ir_measures
import numpy
import pytrec_eval
import scipy.stats
from sklearn.metrics import ndcg_score

here = pathlib.Path(__file__).parent
rng = random.Random(7)
K = 10

qrels, run = {}, {}
for number in range(40):
    query = f"q{number}"
    products = [f"p{i}" for i in range(150)]
    rng.shuffle(products)
    judged = products[: rng.randint(1, 60)]
    # Negative grades stand for spam, as in TREC's web tracks.
    qrels[query] = {p: rng.choices([-1, 0, 1, 2, 3, 4], [1, 6, 2, 2, 2, 1])[0] for p in judged}
    noise = rng.choice([0.3, 1, 5])
    found = [p for p in products if p in qrels[query] or rng.random() < 0.6]
    found.sort(key=lambda p: -qrels[query].get(p, 0) + noise * rng.gauss(0, 1))
    run[query] = found[: rng.choice([3, 20, 120])]
qrels["all-zero"] = {"p1": 0, "p2": 0}
run["all-zero"] = ["p2", "p1"]
qrels["nothing-found"] = {"p1": 3}
run["nothing-found"] = []

with open(here / "golden.qrels", "w") as out:
    for query, grades in qrels.items():
        for product, grade in grades.items():
            out.write(f"{query} 0 {product} {grade}\n")
scored = {q: {p: 100 - i * 0.5 for i, p in enumerate(products)} for q, products in run.items()}
with open(here / "golden.run", "w") as out:
    for query, products in scored.items():
        # The rank column is nonsense on purpose: readers go by the score.
        for product, score in sorted(products.items()):
            out.write(f"{query} Q0 {product} 0 {score} golden\n")

gains = {q: {p: 2 ** max(g, 0) - 1 for p, g in grades.items()} for q, grades in qrels.items()}
ndcg = pytrec_eval.RelevanceEvaluator(gains, {f"ndcg_cut.{K}"}).evaluate(scored)
rest = pytrec_eval.RelevanceEvaluator(qrels, {"recip_rank", "recall.1,10,100", f"P.{K}"}).evaluate(scored)

def expected_reciprocal_rank(query):
    stop = [(2 ** max(qrels[query].get(p, 0), 0) - 1) / 2**4 for p in run[query][:K]]
    return sum(stop[r] / (r + 1) * numpy.prod([1 - s for s in stop[:r]]) for r in range(len(stop)))


golden = {"k": K, "queries": {}, "means": {}, "intervals": {}}
for query in qrels:
    theirs = rest.get(query, {})
    golden["queries"][query] = {
        f"ndcg@{K}": ndcg.get(query, {}).get(f"ndcg_cut_{K}", 0.0),
        "mrr": theirs.get("recip_rank", 0.0),
        "recall@1": theirs.get("recall_1", 0.0),
        "recall@10": theirs.get("recall_10", 0.0),
        "recall@100": theirs.get("recall_100", 0.0),
        f"p@{K}": theirs.get(f"P_{K}", 0.0),
        f"err@{K}": float(expected_reciprocal_rank(query)),
    }

ERR = ir_measures.ERR @ K
number = {query: str(i + 1) for i, query in enumerate(qrels)}  # gdeval takes no letters in a query id
for theirs in ir_measures.gdeval.iter_calc(
    [ERR], {number[q]: grades for q, grades in qrels.items()}, {number[q]: scores for q, scores in scored.items()}
):
    query = list(qrels)[int(theirs.query_id) - 1]
    assert abs(theirs.value - golden["queries"][query][f"err@{K}"]) < 6e-5, theirs

for query, products in run.items():
    every = products + sorted(set(gains[query]) - set(products))
    if len(every) < 2 or not products[K:]:
        continue
    relevance = [[gains[query].get(p, 0) for p in every]]
    sklearn = ndcg_score(relevance, [list(range(len(every), 0, -1))], k=K)
    assert abs(sklearn - golden["queries"][query][f"ndcg@{K}"]) < 1e-9, query

for metric in next(iter(golden["queries"].values())):
    values = [scores[metric] for scores in golden["queries"].values()]
    golden["means"][metric] = float(numpy.mean(values))
    interval = scipy.stats.bootstrap(
        (values,), numpy.mean, n_resamples=100_000, method="percentile", rng=numpy.random.default_rng(1)
    ).confidence_interval
    golden["intervals"][metric] = [float(interval.low), float(interval.high)]

with open(here / "golden.json", "w") as out:
    json.dump(golden, out, indent=1)
    out.write("\n")

package retrieval

import (
	"testing"

	"vitrine/indexer/indexertest"
)

func TestTheRankerScoresTheBestOfTheFusionAndTheOthersFollow(t *testing.T) {
	index := openShop(t, 400)
	q := Query{Text: "soft red shoe", Explain: true, Limit: 400}
	fused := search(t, New(index, &indexertest.Encoder{}, nil, Options{}), q).Hits
	ranked := search(t, New(index, &indexertest.Encoder{}, wordRanker{}, Options{RankDepth: 30}), q).Hits
	if len(ranked) != len(fused) || len(ranked) < 60 {
		t.Fatalf("%d hits, by the fusion %d", len(ranked), len(fused))
	}
	best := map[string]bool{}
	for _, hit := range fused[:30] {
		best[hit.Product.ID] = true
	}
	for i, hit := range ranked {
		if scored := len(hit.Ledger.Features) > 0; scored != (i < 30) || scored != best[hit.Product.ID] {
			t.Errorf("place %d: %s has %d features, and is among the best 30 of the fusion: %t", i+1, hit.Product.ID, len(hit.Ledger.Features), best[hit.Product.ID])
		}
		if i >= 30 && hit.Product.ID != fused[i].Product.ID {
			t.Errorf("place %d has %s, the fusion %s", i+1, hit.Product.ID, fused[i].Product.ID)
		}
		if i > 0 && hit.Score > ranked[i-1].Score {
			t.Errorf("place %d has the score %v, the one above %v", i+1, hit.Score, ranked[i-1].Score)
		}
	}
}

package main

import (
	"path/filepath"

	"vitrine/ranker"
)

const maxObjectiveFile = 64 << 10 // bytes

// openObjective opens objective.txt of a data directory, which holds the formula that the order of results pursues
// (docs/objective.md).
func openObjective(dataDir string) (*followedFile[ranker.Objective], error) {
	return openFollowed(filepath.Join(dataDir, "objective.txt"), maxObjectiveFile, ranker.Objective{}, func(text []byte) (ranker.Objective, error) {
		return ranker.ParseObjective(string(text))
	})
}

// followObjective takes up what has changed in objective.txt.
func (l *liveShop) followObjective() {
	file := l.shop.files.objective
	if !takeUp(l.terminal, file, "objective") {
		return
	}
	l.shop.ranker.Pursue(file.value)
	l.terminal.notef("%s: results are now in the order of %s", file.path, file.value)
	l.shop.noteUnmetObjective(l.terminal)
}

// noteUnmetObjective says so where the model in force cannot pursue the objective.
func (s *shop) noteUnmetObjective(t *terminal) {
	if wanted := s.files.objective.value; s.ranker.Objective().String() != wanted.String() {
		t.notef("vitrine: the model %s estimates clicks alone and cannot pursue %s: train one of clicks, carts and purchases (vitrine train ctr --data DIR); until then the order is that of clicks", s.ranker.Model().Version(), wanted)
	}
}

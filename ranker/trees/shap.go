package trees

// Contributions explains a row's score by TreeSHAP (Lundberg et al. 2020, algorithm 2, path-dependent): what
// each feature adds, in the order of Features, is its Shapley value where features that are not known take
// the shares of the training rows. Base, the score of a row of which nothing is known, and the parts sum
// to the score, but for rounding (1e-9). The row has one value a feature, or it panics.
func (m *Model) Contributions(row []float64) (base float64, parts []float64) {
	parts = make([]float64, len(m.features))
	base = m.base
	room := make([]step, 512) // ways to a depth of 30; deeper ones take more
	for i := range m.trees {
		t := &m.trees[i]
		base += t.mean(0)
		e := explainer{tree: t, row: row, parts: parts}
		e.visit(0, nil, room, 1, 1, -1)
	}
	return base, parts
}

// mean is what the tree adds to a row of which nothing is known.
func (t *tree) mean(at int) float64 {
	if t.isLeaf(at) {
		return t.values[at]
	}
	low := int(t.nodes[at].child)
	return (t.covers[low]*t.mean(low) + t.covers[low+1]*t.mean(low+1)) / t.covers[at]
}

// explainer adds up the Shapley values of one tree.
type explainer struct {
	tree  *tree
	row   []float64
	parts []float64
}

// step is a feature on the way to a leaf.
type step struct {
	feature   int
	zero, one float64 // share of the ways to the leaf that stay open when the feature is unknown, and known
	weight    float64 // of the subsets that have as many features as there are steps before this one
}

// visit goes down to the leaves. The way to the parent is extended by the split that led here, in a copy
// at the beginning of room.
func (e *explainer) visit(at int, way, room []step, zero, one float64, feature int) {
	if len(room) <= len(way) {
		room = make([]step, 8*(len(way)+1))
	}
	way, room = room[:copy(room, way)+1], room[len(way)+1:]
	extend(way, zero, one, feature)
	if e.tree.isLeaf(at) {
		for i := 1; i < len(way); i++ {
			s := way[i]
			e.parts[s.feature] += unwoundSum(way, i) * (s.one - s.zero) * e.tree.values[at]
		}
		return
	}
	n := &e.tree.nodes[at]
	hot := int(n.next(e.row))
	cold := 2*int(n.child) + 1 - hot
	zero, one = 1, 1
	for i := 1; i < len(way); i++ {
		if way[i].feature == int(n.feature) { // a feature counts once, however often it was asked
			zero, one = way[i].zero, way[i].one
			way = unwound(way, i)
			break
		}
	}
	covers := e.tree.covers
	e.visit(hot, way, room, zero*covers[hot]/covers[at], one, int(n.feature))
	e.visit(cold, way, room, zero*covers[cold]/covers[at], 0, int(n.feature))
}

// extend makes the last place of the way a step.
func extend(way []step, zero, one float64, feature int) {
	last := len(way) - 1
	way[last] = step{feature: feature, zero: zero, one: one}
	if last == 0 {
		way[0].weight = 1
	}
	for i := last - 1; i >= 0; i-- {
		way[i+1].weight += one * way[i].weight * float64(i+1) / float64(last+1)
		way[i].weight = zero * way[i].weight * float64(last-i) / float64(last+1)
	}
}

// unwound takes a step out of the way, as if it had never been taken.
func unwound(way []step, at int) []step {
	last := len(way) - 1
	zero, one := way[at].zero, way[at].one
	carried := way[last].weight
	for i := last - 1; i >= 0; i-- {
		before := way[i].weight
		if one != 0 {
			way[i].weight = carried * float64(last+1) / (float64(i+1) * one)
			carried = before - way[i].weight*zero*float64(last-i)/float64(last+1)
		} else {
			way[i].weight = before * float64(last+1) / (zero * float64(last-i))
		}
	}
	for i := at; i < last; i++ {
		way[i].feature, way[i].zero, way[i].one = way[i+1].feature, way[i+1].zero, way[i+1].one
	}
	return way[:last]
}

// unwoundSum is the sum of the weights of the way without a step.
func unwoundSum(way []step, at int) float64 {
	last := len(way) - 1
	zero, one := way[at].zero, way[at].one
	carried, sum := way[last].weight, 0.0
	for i := last - 1; i >= 0; i-- {
		if one != 0 {
			weight := carried * float64(last+1) / (float64(i+1) * one)
			sum += weight
			carried = way[i].weight - weight*zero*float64(last-i)/float64(last+1)
		} else {
			sum += way[i].weight * float64(last+1) / (zero * float64(last-i))
		}
	}
	return sum
}

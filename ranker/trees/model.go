package trees

import (
	"fmt"
	"math"
	"slices"
)

// Model scores rows by the sum of its trees.
type Model struct {
	features  []string
	label     string
	objective Objective
	base      float64
	trees     []tree
}

// tree is a regression tree. Node 0 is its root; children stand behind their parent.
type tree struct {
	nodes  []node
	values []float64 // what a leaf adds to the score; 0 of a node that has children
	covers []float64 // training rows that came by each node
}

// node sends a row to child, or to child+1 where the feature is above the threshold. A leaf sends it to
// itself, so that rows of different depths can be walked in step.
type node struct {
	threshold      float64
	feature, child uint32
}

func leafNode(at int) node { return node{math.Inf(1), 0, uint32(at)} }

func (t *tree) isLeaf(at int) bool { return int(t.nodes[at].child) == at }

// Features names what the model sees, in its order. The slice belongs to the caller.
func (m *Model) Features() []string { return slices.Clone(m.features) }

// Label names what the model estimates.
func (m *Model) Label() string { return m.label }

// Objective is what the model was trained for.
func (m *Model) Objective() Objective { return m.objective }

// Trees is how many trees there are.
func (m *Model) Trees() int { return len(m.trees) }

// block is how many rows are scored at a time, so that they stay in the first cache.
const block = 64

// Scores sets into to the score of each row: log odds of a click, or under LambdaRank a number that means
// nothing but an order. Rows are row by row, one value a feature; NaN counts as a low value. It allocates
// nothing, and panics where rows are not as many as into has places.
func (m *Model) Scores(rows, into []float64) {
	width := len(m.features)
	if len(rows) != len(into)*width {
		panic(fmt.Sprintf("%d values for %d rows of %d features", len(rows), len(into), width))
	}
	for begin := 0; begin < len(into); begin += block {
		end := min(begin+block, len(into))
		scores := into[begin:end]
		for i := range scores {
			scores[i] = m.base
		}
		for i := range m.trees {
			m.trees[i].add(rows[begin*width:end*width], width, scores)
		}
	}
}

// add adds the tree's values. It walks four rows in step: a row waits for memory at each node, and four
// wait together.
func (t *tree) add(rows []float64, width int, scores []float64) {
	nodes := t.nodes
	i := 0
	for ; i+4 <= len(scores); i += 4 {
		r0 := rows[i*width : (i+1)*width]
		r1 := rows[(i+1)*width : (i+2)*width]
		r2 := rows[(i+2)*width : (i+3)*width]
		r3 := rows[(i+3)*width : (i+4)*width]
		var n0, n1, n2, n3 uint32
		for {
			m0, m1, m2, m3 := n0, n1, n2, n3
			n0, n1, n2, n3 = nodes[n0].next(r0), nodes[n1].next(r1), nodes[n2].next(r2), nodes[n3].next(r3)
			if n0 == m0 && n1 == m1 && n2 == m2 && n3 == m3 {
				break
			}
		}
		scores[i] += t.values[n0]
		scores[i+1] += t.values[n1]
		scores[i+2] += t.values[n2]
		scores[i+3] += t.values[n3]
	}
	for ; i < len(scores); i++ {
		scores[i] += t.values[t.leaf(rows[i*width:(i+1)*width])]
	}
}

// leaf returns the node at which a row ends.
func (t *tree) leaf(row []float64) int {
	at := uint32(0)
	for {
		next := t.nodes[at].next(row)
		if next == at {
			return int(at)
		}
		at = next
	}
}

// next has no branch: half of them would be guessed wrong.
func (n *node) next(row []float64) uint32 {
	above := uint32(0)
	if row[n.feature] > n.threshold {
		above = 1
	}
	return n.child + above
}

func checkFeatures(features []string) error {
	const most, longest = 4096, 256
	if len(features) == 0 || len(features) > most {
		return fmt.Errorf("%d features: bring 1 to %d", len(features), most)
	}
	seen := map[string]bool{}
	for _, name := range features {
		if name == "" || len(name) > longest || seen[name] {
			return fmt.Errorf("a feature is called %.20q: names are unique, of 1 to %d bytes", name, longest)
		}
		seen[name] = true
	}
	return nil
}

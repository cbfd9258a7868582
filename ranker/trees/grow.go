package trees

import "slices"

// cell is what a histogram knows of the rows of a leaf that are in a bin.
type cell struct {
	gradient, hessian float64 // sums
	rows              int
}

func (c *cell) add(o cell) {
	c.gradient += o.gradient
	c.hessian += o.hessian
	c.rows += o.rows
}

func (c cell) less(o cell) cell {
	return cell{c.gradient - o.gradient, c.hessian - o.hessian, c.rows - o.rows}
}

// gain is twice how much a leaf of these rows lowers the loss, to second order.
func (c cell) gain(l2 float64) float64 { return c.gradient * c.gradient / (c.hessian + l2) }

// split parts a leaf: rows in bins up to bin go left.
type split struct {
	gain         float64 // over the leaf as it is; 0 = there is no split
	feature, bin int
	left         cell
}

// growing is a leaf that may yet be split.
type growing struct {
	node       int // of the tree
	begin, end int // of its rows
	total      cell
	histogram  []cell // all features' bins; nil where the leaf cannot be split
	best       split
}

// grower grows trees on one table.
type grower struct {
	table     *binned
	options   Options
	gradients []float64 // of each row
	hessians  []float64

	rows, right []int32   // those of the tree, leaf by leaf; room for a partition
	gathered    []float64 // gradient and Hessian of the rows of one leaf
	free        [][]cell  // histograms that no leaf needs
	splits      [2][]split
}

func newGrower(table *binned, o Options) *grower {
	g := &grower{table: table, options: o}
	g.gradients, g.hessians = make([]float64, table.rows), make([]float64, table.rows)
	g.rows, g.right = make([]int32, 0, table.rows), make([]int32, table.rows)
	g.gathered = make([]float64, 2*table.rows)
	for i := range g.splits {
		g.splits[i] = make([]split, len(table.bounds))
	}
	return g
}

// grow grows a tree on g.rows by the features, whose order decides between equal gains.
func (g *grower) grow(features []int) tree {
	root := growing{end: len(g.rows)}
	for _, row := range g.rows {
		root.total.add(cell{g.gradients[row], g.hessians[row], 1})
	}
	t := tree{nodes: []node{leafNode(0)}, values: []float64{g.value(root.total)}, covers: []float64{float64(root.total.rows)}}
	leaves := []growing{root}
	g.search(features, &leaves[0], nil)
	for len(leaves) < g.options.Leaves {
		best := 0
		for i := range leaves {
			if leaves[i].best.gain > leaves[best].best.gain {
				best = i
			}
		}
		if leaves[best].best.gain == 0 {
			break
		}
		left, right := g.part(&t, leaves[best])
		if len(leaves)+1 < g.options.Leaves {
			smaller, larger := &left, &right
			if left.total.rows > right.total.rows {
				smaller, larger = larger, smaller
			}
			larger.histogram = leaves[best].histogram // from which the smaller's is taken
			g.search(features, smaller, larger)
		}
		leaves[best] = left
		leaves = append(leaves, right)
	}
	for _, l := range leaves {
		if l.histogram != nil {
			g.free = append(g.free, l.histogram)
		}
	}
	return t
}

func (g *grower) value(total cell) float64 {
	if total.hessian+g.options.L2 <= 0 {
		return 0
	}
	return -g.options.Rate * total.gradient / (total.hessian + g.options.L2)
}

// part splits a leaf of the tree.
func (g *grower) part(t *tree, l growing) (left, right growing) {
	bins := g.table.column(l.best.feature)
	at, others := l.begin, 0
	for _, row := range g.rows[l.begin:l.end] {
		if int(bins[row]) <= l.best.bin {
			g.rows[at] = row
			at++
		} else {
			g.right[others] = row
			others++
		}
	}
	copy(g.rows[at:l.end], g.right[:others])
	child := len(t.nodes)
	t.nodes[l.node] = node{g.table.bounds[l.best.feature][l.best.bin], uint32(l.best.feature), uint32(child)}
	t.values[l.node] = 0
	left = growing{node: child, begin: l.begin, end: at, total: l.best.left}
	right = growing{node: child + 1, begin: at, end: l.end, total: l.total.less(l.best.left)}
	for _, c := range []growing{left, right} {
		t.nodes = append(t.nodes, leafNode(c.node))
		t.values = append(t.values, g.value(c.total))
		t.covers = append(t.covers, float64(c.total.rows))
	}
	return left, right
}

// minWork is how many values make a second thread worth its start.
const minWork = 1 << 14

// search finds the best split of a leaf, whose histogram it counts, and of its larger sibling, which has
// the histogram of both and is left with its own. The root has no sibling.
func (g *grower) search(features []int, l, sibling *growing) {
	if !g.splittable(l) && !g.splittable(sibling) {
		if sibling != nil {
			g.free = append(g.free, sibling.histogram)
			sibling.histogram = nil
		}
		return
	}
	l.histogram = g.histogram()
	rows := g.rows[l.begin:l.end]
	gathered := g.gathered[:2*len(rows)]
	for i, row := range rows {
		gathered[2*i], gathered[2*i+1] = g.gradients[row], g.hessians[row]
	}
	threads := g.options.Threads
	if len(rows)*len(features) < minWork {
		threads = 1
	}
	inParallel(threads, blockCount, func(begin, end int) {
		for _, block := range g.table.blocks[begin:end] {
			clear(l.histogram[g.table.starts[block.begin]:g.table.starts[block.end]])
			block.count(l.histogram, rows, gathered)
			first, _ := slices.BinarySearch(features, block.begin)
			for _, f := range features[first:] {
				if f >= block.end {
					break
				}
				g.searchFeature(f, l, sibling)
			}
		}
	})
	for i, of := range []*growing{l, sibling} {
		if !g.splittable(of) {
			continue
		}
		for _, f := range features {
			if s := g.splits[i][f]; s.gain > of.best.gain {
				of.best = s
			}
		}
	}
}

func (g *grower) splittable(l *growing) bool {
	return l != nil && l.total.rows >= 2*g.options.MinRows && l.total.hessian >= 2*g.options.MinHessian
}

// searchFeature is the part of search on one feature, of whose cells all but the common one are counted.
func (g *grower) searchFeature(f int, l, sibling *growing) {
	from, to := g.table.starts[f], g.table.starts[f+1]
	own, common := l.histogram[from:to], g.table.common[f]-from
	rest := l.total
	for _, c := range own {
		rest = rest.less(c)
	}
	own[common] = rest
	if g.splittable(l) {
		g.splits[0][f] = g.best(own, l.total, f)
	}
	if sibling == nil {
		return
	}
	others := sibling.histogram[from:to]
	for i, c := range own {
		others[i] = others[i].less(c)
	}
	if g.splittable(sibling) {
		g.splits[1][f] = g.best(others, sibling.total, f)
	}
}

// histogram returns room for one.
func (g *grower) histogram() []cell {
	if last := len(g.free) - 1; last >= 0 {
		h := g.free[last]
		g.free = g.free[:last]
		return h
	}
	return make([]cell, g.table.starts[len(g.table.starts)-1])
}

// count adds rows to a histogram, gradients and Hessians in pairs.
func (b *rowBlock) count(histogram []cell, rows []int32, gathered []float64) {
	for i, row := range rows {
		gradient, hessian := gathered[2*i], gathered[2*i+1]
		for _, at := range b.cells[b.starts[row]:b.starts[row+1]] {
			c := &histogram[at]
			c.gradient += gradient
			c.hessian += hessian
			c.rows++
		}
	}
}

// best returns the split of highest gain on a feature; of equal ones, that of the lowest bin.
func (g *grower) best(cells []cell, total cell, feature int) split {
	minRows, minHessian, l2 := g.options.MinRows, g.options.MinHessian, g.options.L2
	whole := total.gain(l2)
	highest := whole + 1e-10*max(whole, 1e-5) // what is less is rounding
	best := split{feature: feature}
	var left cell
	for bin := range len(cells) - 1 {
		if cells[bin].rows == 0 {
			continue
		}
		left.add(cells[bin])
		if left.rows < minRows || left.hessian < minHessian {
			continue
		}
		right := total.less(left)
		if right.rows < minRows || right.hessian < minHessian {
			break
		}
		if gain := left.gain(l2) + right.gain(l2); gain > highest {
			highest = gain
			best.gain, best.bin, best.left = gain-whole, bin, left
		}
	}
	return best
}

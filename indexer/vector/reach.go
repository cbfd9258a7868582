package vector

import "context"

// reachAll adds the links that are missing for every row to be reached from entry: from a near row
// that is reached and has room, else from any with room, else over the limit.
func (b *builder) reachAll(ctx context.Context, entry uint32) error {
	g, c := b.links, b.codes
	reached := make([]bool, c.rows())
	var roomy []uint32 // reached rows, the last of which may have room
	queue := []uint32{entry}
	reached[entry] = true
	spread := func() {
		for len(queue) > 0 {
			row := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			roomy = append(roomy, row)
			for _, neighbour := range g.neighbours(row) {
				if !reached[neighbour] {
					reached[neighbour] = true
					queue = append(queue, neighbour)
				}
			}
		}
	}
	spread()
	var s scratch
	for row := range uint32(c.rows()) {
		if reached[row] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		s.probe.aim(c.row(row), c.scales[row])
		greedySearch(g, c, &s, []uint32{entry}, maxDegree, nil)
		from, ok := firstWithRoom(g, s.nearest.items)
		for !ok && len(roomy) > 1 {
			from = roomy[len(roomy)-1]
			if ok = len(g.neighbours(from)) < maxDegree; !ok {
				roomy = roomy[:len(roomy)-1]
			}
		}
		if !ok {
			from = s.nearest.items[0].row
		}
		g.rows[from] = append(g.rows[from], row)
		reached[row] = true
		queue = append(queue, row)
		spread()
	}
	return nil
}

// firstWithRoom is the nearest of found that has fewer links than the limit.
func firstWithRoom(g *links, found []candidate) (row uint32, ok bool) {
	for _, near := range found {
		if len(g.neighbours(near.row)) < maxDegree {
			return near.row, true
		}
	}
	return 0, false
}

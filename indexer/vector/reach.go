package vector

import "context"

// reachAll adds the links that are missing for every row to be reached from entry: from a near row
// that is reached and has room, else from any with room. There always is one: pruning leaves each row room for
// one link more, and a row that is reached brings its own.
func (b *builder) reachAll(ctx context.Context) error {
	g, c := b.graph, b.codes
	reached := make([]bool, c.rows())
	var roomy []uint32 // reached rows, the last of which may have room
	queue := []uint32{g.entry}
	reached[g.entry] = true
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
		s.probe.aimAt(c, row)
		greedySearch(g, c, &s, []uint32{g.entry}, width, nil)
		near, ok := firstWithRoom(g, s.nearest.items)
		for !ok {
			if near, ok = roomy[len(roomy)-1], g.hasRoom(roomy[len(roomy)-1]); !ok {
				roomy = roomy[:len(roomy)-1]
			}
		}
		g.add(near, row)
		reached[row] = true
		queue = append(queue, row)
		spread()
	}
	return nil
}

// firstWithRoom is the nearest of found that can have one more link.
func firstWithRoom(g *graph, found []candidate) (row uint32, ok bool) {
	for _, near := range found {
		if g.hasRoom(near.row) {
			return near.row, true
		}
	}
	return 0, false
}

//go:build !amd64

package ctr

// addTile adds to the tile at c as addTileGo says.
func addTile(terms int, a *float64, rowStep, termStep int, b *float64, bStep int, c *float64, cStep int) {
	addTileAt(terms, a, rowStep, termStep, b, bStep, c, cStep)
}

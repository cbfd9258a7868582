package ctr

import "golang.org/x/sys/cpu"

var hasFMA = cpu.X86.HasAVX2 && cpu.X86.HasFMA

// addTile adds to the tile at c as addTileGo says.
func addTile(terms int, a *float64, rowStep, termStep int, b *float64, bStep int, c *float64, cStep int) {
	if hasFMA {
		addTileFMA(terms, a, rowStep, termStep, b, bStep, c, cStep)
		return
	}
	addTileAt(terms, a, rowStep, termStep, b, bStep, c, cStep)
}

// addTileFMA is addTileGo with products that are not rounded before they are added. terms is above 0.
//
//go:noescape
func addTileFMA(terms int, a *float64, rowStep, termStep int, b *float64, bStep int, c *float64, cStep int)

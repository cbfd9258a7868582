//go:build !race

package ctr

// poolsKeep says whether a sync.Pool gives back what it was given.
const poolsKeep = true

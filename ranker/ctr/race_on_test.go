//go:build race

package ctr

// poolsKeep is false: the race detector has pools forget at random.
const poolsKeep = false

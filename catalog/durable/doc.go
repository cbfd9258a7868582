// Package durable writes files that are on the disk when the call returns, as far as the disk tells the truth. Its
// functions keep nothing and may be called by several goroutines for different paths.
package durable

//go:build !linux && !darwin

package main

// freeBytes is what this user may still write on the disk of a folder; -1 = unknown.
func freeBytes(string) int64 { return -1 }

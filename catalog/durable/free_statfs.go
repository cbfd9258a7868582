//go:build linux || darwin || freebsd

package durable

import "golang.org/x/sys/unix"

// FreeBytes is what this user may still write on the disk of a folder; -1 = unknown.
func FreeBytes(folder string) int64 {
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return -1
	}
	return int64(stat.Bavail) * int64(stat.Bsize)
}

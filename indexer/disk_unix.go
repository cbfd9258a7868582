//go:build linux || darwin || freebsd

package indexer

import "golang.org/x/sys/unix"

// freeBytes returns how much may be written to the disk that holds a folder; false where that cannot be told.
func freeBytes(folder string) (bytes int64, known bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}

// Package durabletest shows what is left of files when writing them goes wrong. It is for tests alone, and for 64-bit Linux on
// x86, where the system lets one process decide on the system calls of another (seccomp_unotify(2)).
//
// Main types:
//
//   - [Process]: a child process that asks before each operation on its files: every write, fsync, rename, create, remove and so
//     on, of Go code and of C libraries alike. Each can be let through, failed, or torn: half is written, then it fails.
//   - [Op]: one such operation, with what was written. A run is a list of them.
//   - [Disk]: a folder in memory on which operations are repeated, and which tells what was synced from what was not: it
//     writes out the folder as a kill or a power failure leaves it.
//
// A Process and a Disk are each for one goroutine.
package durabletest

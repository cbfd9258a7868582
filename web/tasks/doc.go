// Package tasks keeps a server's long jobs: what runs, how far it is, and what became of the last hundred.
//
// It knows nothing of HTTP nor of what a job does: who starts one hands in a function ([Work]), and who shows one
// reads a [Task], a plain value. A [List] lives in memory and is safe for concurrent use.
package tasks

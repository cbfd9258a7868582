// Command vitrine indexes a shop's catalogue and searches it by words, by photos and by both.
//
// It is the only place that wires the rooms together and that reads flags and environment. Each verb
// has a file of its own; what several verbs share is in shop.go (a data directory opened for
// searching), live.go (the same, following new generations), followed.go (the files that it follows), child.go (another vitrine beside a server),
// settings.go (options from a file and the environment), search_flags.go (what is searched for), models.go (finding a model) and terminal.go (talking to the user).
//
//	go run ./cmd/vitrine demo
//	vitrine index  --data DIR --feed FILE
//	vitrine serve  --data DIR
//	vitrine search --data DIR "red shoes"
package main

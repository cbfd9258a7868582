package kit

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
)

// candidate is a query that could be asked.
type candidate struct {
	id    string
	group string // all queries of a group are in one half
	make  func(id string)
}

// draw makes the first n candidates of a half, or all where there are fewer. Groups take turns, so that a
// kind with thousands of products does not crowd out the others; within a group hashes of the ids decide.
func draw(candidates []candidate, split Split, n int) {
	type drawn struct {
		candidate
		turn int
		hash uint64
	}
	var of []drawn
	for _, c := range candidates {
		if half(c.group) == split {
			of = append(of, drawn{candidate: c, hash: hash("draw", c.id)})
		}
	}
	slices.SortFunc(of, func(a, b drawn) int { return cmp.Or(cmp.Compare(a.hash, b.hash), strings.Compare(a.id, b.id)) })
	turns := map[string]int{}
	for i := range of {
		of[i].turn = turns[of[i].group]
		turns[of[i].group]++
	}
	slices.SortStableFunc(of, func(a, b drawn) int { return cmp.Compare(a.turn, b.turn) })
	for _, c := range of[:min(n, len(of))] {
		c.make(c.id)
	}
}

// half is the half in which a group lies.
func half(group string) Split {
	if hash("half", group)%2 == 0 {
		return Tune
	}
	return Test
}

func hash(purpose, text string) uint64 {
	sum := sha256.Sum256([]byte(purpose + ":" + text))
	return binary.BigEndian.Uint64(sum[:])
}

// randomOf is a source that depends on the query's id alone: no query changes when others come or go.
func randomOf(id string) *rand.Rand { return rand.New(rand.NewPCG(hash("words", id), 0)) }

// pick is one of several ways to say something.
func pick[T any](random *rand.Rand, ways []T) T { return ways[random.IntN(len(ways))] }

// heldOut are the first n ids in training/data.py's hash_order: those that the model in the binary was not
// trained on.
func heldOut(ids []string, n int) map[string]bool {
	type ordered struct {
		id  string
		sum [sha256.Size]byte
	}
	all := make([]ordered, len(ids))
	for i, id := range ids {
		all[i] = ordered{id, sha256.Sum256([]byte("vitrine-split:" + id))}
	}
	slices.SortFunc(all, func(a, b ordered) int { return bytes.Compare(a.sum[:], b.sum[:]) })
	out := make(map[string]bool, n)
	for _, o := range all[:min(n, len(all))] {
		out[o.id] = true
	}
	return out
}

// slug writes a catalogue value as a part of a query's id: "Navy Blue" → "navy-blue".
func slug(value string) string { return strings.Join(strings.Fields(strings.ToLower(value)), "-") }

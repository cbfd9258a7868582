package ranker

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"vitrine/retrieval"
)

// Feature is one number that a model sees of a candidate. It is 0 where nothing is known, so that a
// missing field neither helps nor harms, and always finite and within [Min, Max].
type Feature struct {
	Name string  `json:"name"`
	Unit string  `json:"unit"`
	Doc  string  `json:"doc"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`

	of func(r *request, c *retrieval.Candidate) float64
}

// Schema is the ordered list of features; a row of a Matrix and the weights of a model follow it.
type Schema []Feature

// Features returns the schema of this program.
func Features() Schema { return slices.Clone(features) }

// FeatureNames are the names of the features, in the order of the schema.
func FeatureNames() []string {
	names := make([]string, len(features))
	for i, f := range features {
		names[i] = f.Name
	}
	return names
}

// Hash identifies what the features mean: their order, names, units, documentation and ranges. Whoever
// changes how a feature is computed changes its documentation too, and so the hash.
func (s Schema) Hash() string {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // only strings and finite numbers are in it
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

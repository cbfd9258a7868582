package kit

import (
	"path/filepath"
	"strings"

	"vitrine/retrieval/evaluation"
)

const (
	groceryQueries = 200 // of each half
	groceryHeldOut = 5   // one photo in five, as in training/data.py
)

// grocery are phone photos in a supermarket; the product that a photo shows has grade 3, others of its
// coarse class (Apple, Milk) grade 1. A class is in one half.
func grocery(dir string, split Split) (*Set, error) {
	feed := Feed{
		Name: "grocery", Path: filepath.Join(dir, "grocery", "products.csv"),
		Mapping: map[string]string{"id": "class_id", "title": "name", "category": "coarse_class"},
	}
	products, err := read(feed)
	if err != nil {
		return nil, err
	}
	class := map[string]string{}
	for _, p := range products {
		class[p.ID] = strings.Join(p.Category, " > ")
	}
	photos, err := readLabels(filepath.Join(dir, "grocery", "natural.csv"), "class_id")
	if err != nil {
		return nil, err
	}
	unseen := heldOut(ids(photos), len(photos)/groceryHeldOut)
	set := newSet(feed)
	var candidates []candidate
	for _, p := range photos {
		shown := p.Title
		if !unseen[p.ID] || class[shown] == "" {
			continue
		}
		photo := filepath.Join(dir, "grocery", filepath.FromSlash(p.ID))
		candidates = append(candidates, candidate{id: "grocery:" + stem(p.ID), group: class[shown], make: func(id string) {
			set.add(evaluation.Query{ID: id, Photo: photo}, judgeGrocery(shown, class))
		}})
	}
	draw(candidates, split, groceryQueries)
	return set, nil
}

func judgeGrocery(shown string, class map[string]string) map[string]int {
	grades := map[string]int{}
	for id, c := range class {
		if c == class[shown] {
			grades[id] = 1
		}
	}
	grades[shown] = 3
	return grades
}

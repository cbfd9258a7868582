package kit

import (
	"path/filepath"
	"slices"

	"vitrine/retrieval/evaluation"
)

const (
	streetQueries = 200 // of each half
	streetHeldOut = 500 // VALIDATION_STREET of training/data.py
)

// streetKinds are the article types that show what a label of the street photos means, as in
// training/data.py. "Body" has none.
var streetKinds = map[string][]string{
	"Blazer": {"Blazers"}, "Dress": {"Dresses"}, "Hat": {"Caps", "Hat"}, "Hoodie": {"Sweatshirts"},
	"Longsleeve": {"Tshirts", "Tops", "Sweaters"}, "Outwear": {"Jackets", "Rain Jacket"},
	"Pants": {"Trousers", "Jeans", "Track Pants", "Leggings"}, "Polo": {"Tshirts"}, "Shirt": {"Shirts"},
	"Shoes":  {"Casual Shoes", "Sports Shoes", "Formal Shoes", "Flats", "Heels", "Sandals"},
	"Shorts": {"Shorts"}, "Skirt": {"Skirts"}, "T-Shirt": {"Tshirts"}, "Top": {"Tops"},
	"Blouse": {"Tops", "Shirts"}, "Undershirt": {"Innerwear Vests"},
}

// street are photos of clothes that people took at home; a product of the photographed kind is relevant
// (grade 1). The photos of the halves are others; the kinds, of which there are few, are not.
func street(dir string, split Split) (*Set, error) {
	all, err := garments(dir)
	if err != nil {
		return nil, err
	}
	ofKind := map[string][]string{}
	for _, g := range all {
		ofKind[g.kind] = append(ofKind[g.kind], g.id)
	}
	photos, err := readLabels(filepath.Join(dir, "street", "labels.csv"), "label")
	if err != nil {
		return nil, err
	}
	unseen := heldOut(ids(photos), streetHeldOut)
	set := newSet(fashionFeed(dir))
	var candidates []candidate
	for _, p := range photos {
		kinds := streetKinds[p.Title]
		if !unseen[p.ID] || !slices.ContainsFunc(kinds, func(kind string) bool { return len(ofKind[kind]) > 0 }) {
			continue
		}
		photo := filepath.Join(dir, "street", filepath.FromSlash(p.ID))
		candidates = append(candidates, candidate{id: "street:" + stem(p.ID), group: p.ID, make: func(id string) {
			grades := map[string]int{}
			for _, kind := range kinds {
				for _, product := range ofKind[kind] {
					grades[product] = 1
				}
			}
			set.add(evaluation.Query{ID: id, Photo: photo}, grades)
		}})
	}
	draw(candidates, split, streetQueries)
	return set, nil
}

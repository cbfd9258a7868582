package kit

import (
	"path/filepath"

	"vitrine/catalog"
)

// garment is a fashion product with the values that queries name.
type garment struct {
	id, title, photo string
	brand            string // as the title begins
	section          string // sub-category: "Shoes"
	kind             string // article type: "Casual Shoes"
	colour           string // empty where it says nothing ("Multi")
	gender           string
	usage            string // empty where it says nothing ("NA")
	season           string
	unseen           bool // the model in the binary was not trained on it
}

// fashionHeldOut is VALIDATION_FASHION of training/data.py.
const fashionHeldOut = 2000

func fashionFeed(dir string) Feed {
	return Feed{Name: "fashion", Path: filepath.Join(dir, "fashion", "products.csv")}
}

func garments(dir string) ([]garment, error) {
	products, err := read(fashionFeed(dir))
	if err != nil {
		return nil, err
	}
	unseen := heldOut(ids(products), fashionHeldOut)
	all := make([]garment, 0, len(products))
	for _, p := range products {
		if len(p.Category) < 2 || len(p.Photos) == 0 {
			continue // nothing to ask for it by
		}
		all = append(all, garment{
			id: p.ID, title: p.Title, photo: filepath.Join(p.Photos[0].Root, filepath.FromSlash(p.Photos[0].Ref)),
			brand: brandOf(p.Title), section: p.Category[1], kind: p.Category[len(p.Category)-1],
			colour: telling(p.Colour), gender: p.Attributes["gender"],
			usage: telling(p.Attributes["usage"]), season: p.Attributes["season"],
			unseen: unseen[p.ID],
		})
	}
	return all, nil
}

func ids(products []catalog.Product) []string {
	all := make([]string, len(products))
	for i, p := range products {
		all[i] = p.ID
	}
	return all
}

// telling drops what the feed writes where it has nothing to say.
func telling(value string) string {
	if value == "NA" || value == "Multi" {
		return ""
	}
	return value
}

package sample

import "vitrine/catalog"

// Products lists what Generate with the same seed and number would write into its feed, without drawing photos.
func Products(options Options) []catalog.Product {
	items := plan(options.WithDefaults())
	products := make([]catalog.Product, len(items))
	for i, it := range items {
		products[i] = it.product
	}
	return products
}

// Chinese gives the Chinese of every English word or term that titles are made of, brands aside: shapes, colours,
// materials, patterns, styles and genders.
func Chinese() map[string]string {
	words := map[string]string{}
	for _, k := range kinds() {
		for _, shape := range k.variants {
			words[shape.en] = shape.zh
		}
		for variant := range k.variants {
			for _, m := range k.of(variant).materials {
				words[m.en] = m.zh
			}
		}
	}
	for _, d := range dyes {
		words[d.en] = d.zh
	}
	for p, zh := range patternNames {
		words[string(p)] = zh
	}
	for _, some := range [][]name{styles, genders} {
		for _, n := range some {
			if n.en != "" {
				words[n.en] = n.zh
			}
		}
	}
	return words
}

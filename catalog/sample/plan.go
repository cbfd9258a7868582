package sample

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"

	"vitrine/catalog"
)

// plan decides every product of the shop, in the order of the feed. Each kind has a random source of
// its own, so that a new kind leaves the others as they are.
func plan(o Options) []item {
	var items []item
	for _, k := range kinds() {
		hash := fnv.New64a()
		_, _ = hash.Write([]byte(k.slug))
		rng := rand.New(rand.NewPCG(o.Seed, hash.Sum64()))
		colours := shuffledDyes(rng, k.colours)
		first, firstPattern := rng.IntN(len(k.variants)), rng.IntN(len(k.patterns))
		for n := range o.PerKind {
			variant := (first + n) % len(k.variants)
			patterns := k.of(variant).patterns
			items = append(items, choose(k, choice{
				number:  n + 1,
				dye:     colours[n%len(colours)],
				variant: variant,
				pattern: patterns[(firstPattern+n/len(k.variants)+n)%len(patterns)],
			}, rng))
		}
	}
	return items
}

// shuffledDyes returns the dyes of the given names, all of them where no names are given.
func shuffledDyes(rng *rand.Rand, names []string) []dye {
	var chosen []dye
	if len(names) == 0 {
		chosen = append(chosen, dyes...)
	}
	for _, wanted := range names {
		for _, d := range dyes {
			if d.en == wanted {
				chosen = append(chosen, d)
			}
		}
	}
	rng.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	return chosen
}

// choice is what sets one product apart from the others of its kind.
type choice struct {
	number   int // from 1
	dye      dye
	variant  int
	pattern  pattern
	material material
	style    name
	gender   name
	brand    string
}

func choose(k kind, c choice, rng *rand.Rand) item {
	materials := k.of(c.variant).materials
	c.material = materials[rng.IntN(len(materials))]
	c.style = styles[rng.IntN(len(styles))]
	c.brand = brands[rng.IntN(len(brands))]
	if k.gender {
		c.gender = genders[rng.IntN(len(genders))]
	}
	product := describe(k, c)
	spread := rng.Float64() * rng.Float64()
	euros := int64(k.min) + int64(spread*float64(k.max-k.min)+0.5)
	product.PriceCents = euros*100 - []int64{1, 5, 10, 0}[rng.IntN(4)]
	product.InStock = rng.Float64() < 0.92
	product.Released = time.Date(2022, time.January, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rng.IntN(1400))
	product.EAN = []string{ean13(fmt.Sprintf("20%010d", rng.IntN(1e10)))}
	return item{kind: k, product: product, look: appear(k, c, rng)}
}

// describe writes everything about a product that is words.
func describe(k kind, c choice) catalog.Product {
	id := fmt.Sprintf("s-%s-%03d", k.slug, c.number)
	shape := k.variants[c.variant]
	printEN := ""
	if c.pattern != solid {
		printEN = string(c.pattern)
	}
	title := words(c.style.en, printEN, c.dye.en, c.material.en, shape.en)
	if c.gender.en == "women" || c.gender.en == "men" {
		title += " for " + c.gender.en
	}
	titleZH := c.brand + " " + c.gender.zh + c.style.zh + patternNames[c.pattern] + c.dye.zh + c.material.zh + shape.zh
	attributes := map[string]string{"pattern": string(c.pattern), "material": c.material.en}
	if c.gender.en != "" {
		attributes["gender"] = c.gender.en
	}
	if c.style.en != "" {
		attributes["style"] = c.style.en
	}
	return catalog.Product{
		ID:          id,
		Title:       c.brand + " " + title,
		Titles:      map[string]string{"zh": titleZH},
		Description: capital(words(c.style.en, shape.en)) + " by " + c.brand + " in " + surface(c) + ". " + k.about,
		Brand:       c.brand,
		Category:    k.category,
		Colour:      c.dye.en,
		Currency:    "EUR",
		SKU:         fmt.Sprintf("%s-%s-%03d", strings.ToUpper(c.brand[:3]), strings.ToUpper(k.slug), c.number),
		Attributes:  attributes,
		Photos:      []catalog.Photo{{Ref: imageDir + "/" + id + ".jpg"}},
	}
}

func surface(c choice) string {
	if c.pattern == solid {
		return words("plain", c.dye.en, c.material.en)
	}
	return words(c.dye.en, c.material.en) + ", " + string(c.pattern)
}

func words(some ...string) string {
	var kept []string
	for _, w := range some {
		if w != "" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// appear decides how a product looks: a shade of its colour, and a second colour that stands out.
func appear(k kind, c choice, rng *rand.Rand) look {
	shade := 0.9 + 0.2*rng.Float64()
	drift := 0.05
	if c.dye.rgb.grey() {
		drift = 0.015 // a little colour turns grey into lilac
	}
	base := c.dye.rgb.scale(shade).mix(rgb{rng.Float64(), rng.Float64(), rng.Float64()}, drift)
	accent := accentFor(base, rng)
	size := k.size
	if size == 0 {
		size = 7
	}
	size *= 0.85 + 0.4*rng.Float64()
	return look{
		base: base, accent: accent, variant: c.variant, texture: c.material.texture,
		main: textured(printed(c.pattern, base, accent, size), c.material.texture),
		rng:  rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64())),
	}
}

// accentFor picks white, cream, ink or a bright colour that is far enough from base.
func accentFor(base rgb, rng *rand.Rand) rgb {
	all := []rgb{hex(0xf7f5ef), hex(0xf3e3bf), hex(0x2d3142), hex(0xe9b93c), hex(0xc9413a), hex(0x2f8f86), hex(0xf7f5ef), hex(0xe98aa6)}
	for {
		accent := all[rng.IntN(len(all))]
		if distance := accent.luminance() - base.luminance(); distance > 0.28 || distance < -0.28 {
			return accent
		}
	}
}

// ean13 appends the check digit (GS1 General Specifications, 7.9) to 12 digits. Numbers that begin
// with 2 are set aside for use within a shop and never belong to anybody's product.
func ean13(digits string) string {
	sum := 0
	for i, d := range digits {
		weight := 1 + 2*(i%2)
		sum += weight * int(d-'0')
	}
	return digits + string(rune('0'+(10-sum%10)%10))
}

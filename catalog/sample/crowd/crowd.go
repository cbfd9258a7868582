package crowd

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"vitrine/catalog"
)

const (
	brandCount = 2_000
	lineCount  = 20_000 // product lines; their names are the rare words of titles and descriptions
	// exponent of the Zipf distributions: that of words in running text is close to 1, and the generator wants
	// more than that.
	exponent = 1.07
	// maxExtraWords are added to a description.
	maxExtraWords = 12
)

// Products makes n products, each after one of models, which must have a title. Ids ascend.
func Products(models []catalog.Product, n int, seed uint64) iter.Seq[catalog.Product] {
	return func(yield func(catalog.Product) bool) {
		rng := rand.New(rand.NewPCG(seed, 1))
		models := slices.Clone(models)
		rng.Shuffle(len(models), func(i, j int) { models[i], models[j] = models[j], models[i] })
		c := &crowd{
			rng: rng, models: models, brands: names(rng, brandCount), lines: names(rng, lineCount),
			model: zipf(rng, len(models)), brand: zipf(rng, brandCount), line: zipf(rng, lineCount),
		}
		for i := range n {
			if !yield(c.product(i)) {
				return
			}
		}
	}
}

// crowd draws one product after the other.
type crowd struct {
	rng                *rand.Rand
	models             []catalog.Product
	brands, lines      []string
	model, brand, line *rand.Zipf
}

func (c *crowd) product(number int) catalog.Product {
	p := c.models[c.model.Uint64()]
	brand, line := c.brands[c.brand.Uint64()], c.lines[c.line.Uint64()]
	name := strings.TrimSpace(strings.TrimPrefix(p.Title, p.Brand))
	description := []string{p.Description}
	for range c.rng.IntN(maxExtraWords + 1) {
		description = append(description, c.lines[c.line.Uint64()])
	}
	p.ID = fmt.Sprintf("c-%07d", number)
	p.Title = fmt.Sprintf("%s %s %s", brand, line, name)
	p.Titles = nil
	p.Description = strings.Join(description, " ")
	p.Brand = brand
	p.PriceCents = max(100, int64(float64(p.PriceCents)*math.Exp(c.rng.NormFloat64()/2)))
	p.InStock = c.rng.Float64() < 0.92
	p.Released = time.Date(2022, time.January, 1+c.rng.IntN(1400), 0, 0, 0, 0, time.UTC)
	p.SKU = fmt.Sprintf("CRW-%07d", number)
	p.EAN = []string{fmt.Sprintf("29%011d", number)}
	return p
}

// names makes n distinct names that can be spoken.
func names(rng *rand.Rand, n int) []string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	made, seen := make([]string, 0, n), make(map[string]bool, n)
	for len(made) < n {
		var name strings.Builder
		for range 2 + rng.IntN(3) {
			name.WriteByte(consonants[rng.IntN(len(consonants))])
			name.WriteByte(vowels[rng.IntN(len(vowels))])
		}
		name.WriteByte(consonants[rng.IntN(len(consonants))])
		text := strings.ToUpper(name.String()[:1]) + name.String()[1:]
		if !seen[text] {
			seen[text] = true
			made = append(made, text)
		}
	}
	return made
}

// zipf draws numbers below n, the smaller the likelier.
func zipf(rng *rand.Rand, n int) *rand.Zipf { return rand.NewZipf(rng, exponent, 1, uint64(n-1)) }

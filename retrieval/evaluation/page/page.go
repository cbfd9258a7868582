package page

import (
	"context"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"vitrine/retrieval/evaluation"
)

// What the page shows at most; it says so where it leaves something out.
const (
	MaxQueries = 100  // in detail, half of them from either end
	MaxResults = 5    // of a mode for a query
	MaxMissing = 5    // judged products that some mode misses, for a query
	MaxBars    = 1000 // of a chart of queries
)

// Evaluation is what a page reports.
type Evaluation struct {
	Report evaluation.Report // with PerQuery; and Comparisons where there are two modes or more
	Runs   []evaluation.Run  // what each mode answered, in the order of Report.Modes
	Qrels  evaluation.Qrels
	Source string // what was searched and judged, in a line
}

// Products describes what the page names. Pictures are small JPEGs, nil where there is none.
type Products interface {
	// Product describes the product called id; one that the catalogue lacks is no error.
	Product(ctx context.Context, id string) (Product, error)
	// QueryPhoto gives a small picture of the photo at path.
	QueryPhoto(ctx context.Context, path string) (picture []byte, err error)
}

// Product is what the page shows of one.
type Product struct {
	Title   string
	Picture []byte
	Known   bool // the catalogue has it
}

//go:embed page.html
var source string

var page = template.Must(template.New("page").Parse(source))

// Write looks up the products that the page shows, telling progress how many of them are done, and then
// writes the page.
func Write(ctx context.Context, w io.Writer, e Evaluation, products Products, progress func(done, total int)) error {
	details := e.details()
	pictures := gallery{}
	shown, err := describe(ctx, productsIn(details), products, progress)
	if err != nil {
		return err
	}
	for i := range details {
		if err := details[i].illustrate(ctx, shown, products, &pictures); err != nil {
			return err
		}
	}
	return page.Execute(w, e.view(details, pictures))
}

// describe looks up each product once.
func describe(ctx context.Context, ids []string, products Products, progress func(done, total int)) (map[string]Product, error) {
	shown := make(map[string]Product, len(ids))
	for i, id := range ids {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		product, err := products.Product(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("describe product %s: %w", id, err)
		}
		shown[id] = product
		progress(i+1, len(ids))
	}
	return shown, nil
}

// gallery holds each picture once, as a rule of the page's style sheet, however often it is shown.
type gallery struct {
	classes map[string]string
	rules   strings.Builder
}

// class is the class that shows the picture called name; empty where there is no picture.
func (g *gallery) class(name string, picture []byte) string {
	if len(picture) == 0 {
		return ""
	}
	if class, ok := g.classes[name]; ok {
		return class
	}
	if g.classes == nil {
		g.classes = map[string]string{}
	}
	class := fmt.Sprintf("p%d", len(g.classes))
	g.classes[name] = class
	fmt.Fprintf(&g.rules, ".%s{background-image:url(data:image/jpeg;base64,%s)}\n", class, base64.StdEncoding.EncodeToString(picture))
	return class
}

// css is made of our own words and base64 alone.
func (g *gallery) css() template.CSS { return template.CSS(g.rules.String()) }

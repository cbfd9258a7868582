package page

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"vitrine/retrieval/evaluation"
)

// detail is one query with what each mode shows for it.
type detail struct {
	Anchor     string
	Query      evaluation.Query
	Photo      string // class of the query's photo
	PhotoName  string
	Difference string // see evaluation.QueryRow; empty with one mode
	Class      string // better, worse or equal, as Difference is
	Modes      []answer
	Missing    []missing
	More       int // judged products that are missed and not listed
	Relevant   int // judged products of grade 1 or more
}

// answer is what one mode shows first.
type answer struct {
	Mode    string
	NDCG    string
	Results []item
	Total   int // products that the mode gave
}

// item is one product on the page.
type item struct {
	ID      string
	Rank    int
	Title   string
	Picture string // class
	Known   bool
	Tag     tag
}

// missing is a relevant product that some mode does not have among its first k.
type missing struct {
	item
	Ranks []placed
}

// placed says where one mode has a product: 0 = nowhere among what it gave.
type placed struct {
	Mode string
	Rank int
	Late bool // after the first k, or nowhere
}

// tag is a grade as a coloured word.
type tag struct{ Text, Class string }

func (e Evaluation) tagOf(query, product string, top int) tag {
	grade, judged := e.Qrels[query][product]
	switch {
	case !judged:
		return tag{"not judged", "unjudged"}
	case grade <= 0:
		return tag{fmt.Sprintf("grade %d", grade), "zero"}
	case grade == top:
		return tag{fmt.Sprintf("grade %d", grade), "top"}
	case 2*grade >= top:
		return tag{fmt.Sprintf("grade %d", grade), "middle"}
	}
	return tag{fmt.Sprintf("grade %d", grade), "low"}
}

// details takes the queries from both ends of the report's order, where the differences are largest.
func (e Evaluation) details() []detail {
	rows := e.Report.PerQuery
	if len(rows) > MaxQueries {
		rows = slices.Concat(rows[:MaxQueries/2], rows[len(rows)-MaxQueries/2:])
	}
	top := e.Qrels.TopGrade()
	details := make([]detail, len(rows))
	for i, row := range rows {
		details[i] = e.detail(row, top)
		details[i].Anchor = fmt.Sprintf("query-%d", i+1)
	}
	return details
}

func (e Evaluation) detail(row evaluation.QueryRow, top int) detail {
	d := detail{Query: row.Query}
	if row.Query.Photo != "" {
		d.PhotoName = filepath.Base(row.Query.Photo)
	}
	if len(e.Report.Modes) > 1 {
		d.Difference = fmt.Sprintf("%+.3f", row.Difference)
		d.Class = direction(row.Difference)
	}
	for i, mode := range e.Report.Modes {
		ranked := e.Runs[i][row.Query.ID]
		a := answer{Mode: mode.Mode, NDCG: fmt.Sprintf("%.3f", row.Figures[i][0]), Total: len(ranked)}
		for at, id := range ranked[:min(MaxResults, len(ranked))] {
			a.Results = append(a.Results, item{ID: id, Rank: at + 1, Tag: e.tagOf(row.Query.ID, id, top)})
		}
		d.Modes = append(d.Modes, a)
	}
	d.Missing, d.Relevant = e.missing(row.Query.ID, top)
	if d.More = len(d.Missing) - MaxMissing; d.More > 0 {
		d.Missing = d.Missing[:MaxMissing]
	}
	return d
}

// missing lists the relevant products that some mode does not have among its first k, the best grade first,
// ties by id; and counts all relevant ones.
func (e Evaluation) missing(query string, top int) (list []missing, relevant int) {
	grades := e.Qrels[query]
	ids := slices.SortedFunc(maps.Keys(grades), func(a, b string) int {
		return cmp.Or(cmp.Compare(grades[b], grades[a]), cmp.Compare(a, b))
	})
	for _, id := range ids {
		if grades[id] < 1 {
			break
		}
		relevant++
		m := missing{item: item{ID: id, Tag: e.tagOf(query, id, top)}}
		late := false
		for i, mode := range e.Report.Modes {
			rank := slices.Index(e.Runs[i][query], id) + 1
			p := placed{Mode: mode.Mode, Rank: rank, Late: rank == 0 || rank > mode.K}
			late = late || p.Late
			m.Ranks = append(m.Ranks, p)
		}
		if late {
			list = append(list, m)
		}
	}
	return list, relevant
}

// items calls use with every product of the query.
func (d *detail) items(use func(*item)) {
	for m := range d.Modes {
		for i := range d.Modes[m].Results {
			use(&d.Modes[m].Results[i])
		}
	}
	for i := range d.Missing {
		use(&d.Missing[i].item)
	}
}

// productsIn lists the products of the page, each once, in its order.
func productsIn(details []detail) []string {
	var ids []string
	seen := map[string]bool{}
	for i := range details {
		details[i].items(func(it *item) {
			if !seen[it.ID] {
				seen[it.ID] = true
				ids = append(ids, it.ID)
			}
		})
	}
	return ids
}

// illustrate fills in titles and pictures.
func (d *detail) illustrate(ctx context.Context, shown map[string]Product, products Products, pictures *gallery) error {
	if d.Query.Photo != "" {
		photo, err := products.QueryPhoto(ctx, d.Query.Photo)
		if err != nil {
			return fmt.Errorf("photo of query %s: %w", d.Query.ID, err)
		}
		d.Photo = pictures.class("query "+d.Query.Photo, photo)
	}
	d.items(func(it *item) {
		product := shown[it.ID]
		it.Title, it.Known = product.Title, product.Known
		it.Picture = pictures.class("product "+it.ID, product.Picture)
	})
	return nil
}

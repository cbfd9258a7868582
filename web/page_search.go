package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"vitrine/retrieval"
)

// searchPage fills search.html.
type searchPage struct {
	frame
	Notice   *problem // why there is less than was asked for
	Redirect string   // the address to which a rule of the shop leads this search
	Browsing bool     // nothing was asked for: the catalogue is shown with ideas what to ask
	Ideas    []link
	Tiles    []tile
	Answered bool // there are results to show, maybe none
	Heading  string
	Total    int
	Closest  bool  // nothing that fits passes the filters
	Spelling *link // the search as the catalogue spells it, where it knows a word only so
	Elapsed  string
	Modes    []link
	Sorts    []link
	Said     []choice  // what was read out of the words
	Literal  string    // the address of the search without reading anything out of them
	Looks    []look    // the photos that are searched with
	Balance  *balance  // between words and what is shown
	Examples []example // the products that are searched with
	Chips    []choice
	ClearURL string
	Facets   []facetView
	Degraded []string // what was left out of this search
	Cards    []card
	Pages    []pageLink
	Personal *personalLine
}

// showSearch is the start page and, with a query, the page of results. What cannot be understood of
// a request, or a photo that is no longer kept, is told above the results of the rest. Where a rule leads
// to another page of the shop, so does the answer; another site is offered as a link, since browsers end
// a form's way there (form-action of the content security policy).
func (s *site) showSearch(w http.ResponseWriter, r *http.Request) error {
	asked, fault := parseRequest(r.URL.Query())
	asked.Explain = false // the inspection page explains
	photos, err := s.photosOf(asked)
	if err != nil {
		asked.Photos, fault = nil, cmp.Or(fault, err)
		asked = asked.settled()
	}
	a := s.visitor(w, r)
	a.Inspects = s.mayInspect(r) == nil
	page, err := s.results(r.Context(), a, asked, photos)
	if err != nil {
		return s.showRefusal(w, r, asked, err)
	}
	if strings.HasPrefix(page.Redirect, "/") {
		http.Redirect(w, r, page.Redirect, http.StatusFound)
		return nil
	}
	status := http.StatusOK
	if fault != nil {
		notice := problemOf(fault)
		page.Notice, status = &notice, notice.Status
	}
	return render(w, status, "search.html", page)
}

// showRefusal shows the search page with the reason why there are no results on it.
func (s *site) showRefusal(w http.ResponseWriter, r *http.Request, asked request, err error) error {
	notice := s.explain(r, "/{$}", err)
	page := &searchPage{frame: s.frame("", asked), Notice: &notice, Browsing: asked.empty(), Ideas: s.ideas(), Examples: s.examples(r.Context(), asked), Chips: chips(asked, "")}
	notice.header(w)
	return render(w, notice.Status, "search.html", page)
}

// results runs the search of a visitor and lays its answer out.
func (s *site) results(ctx context.Context, a asker, asked request, photos [][]byte) (*searchPage, error) {
	asked.Limit = min(pageSize, max(1, retrieval.MaxDepth-asked.Offset))
	query := asked.query(photos)
	query.Shopper = a.shopper()
	query.Explain = query.Shopper.Visitor != "" // the cards say what of their past moved them
	asked.Limit = 0                             // pages have one size, which their addresses need not repeat
	started := time.Now()
	response, err := s.search(ctx, query)
	if err != nil {
		return nil, err
	}
	list := s.answerSearch(a, &query, response)
	currency := currencyOf(response.Hits)
	page := &searchPage{
		frame:    s.frame(asked.Text, asked).seenBy(a),
		Browsing: asked.empty(),
		Ideas:    s.ideas(),
		Redirect: response.Redirect,
		Answered: true,
		Heading:  heading(asked),
		Total:    response.Total,
		Closest:  response.Closest,
		Elapsed:  elapsed(time.Since(started)),
		Modes:    modeLinks(asked),
		Sorts:    sortLinks(asked),
		Said:     understoodChips(asked, response.Understood, currency),
		Looks:    s.looks(asked),
		Balance:  newBalance(asked),
		Examples: s.examples(ctx, asked),
		Chips:    chips(asked, currency),
		ClearURL: asked.filtered(nil).url("/"),
		Facets:   facetViews(asked, response.Facets, currency),
		Degraded: degraded(response),
		Cards:    resultCards(response.Hits, asked, list, a.Inspects),
		Pages:    pageLinks(asked, response.Total),
		Personal: newPersonalLine(a, asked, personalised(response)),
	}
	if response.Suggestion != "" {
		page.Spelling = &link{Label: response.Suggestion, URL: asked.saying(response.Suggestion).url("/")}
	}
	if len(page.Said) > 0 && !asked.Literal {
		page.Literal = asked.literally(true).url("/")
	}
	if page.Browsing && asked.Offset == 0 {
		page.Tiles = s.tiles(ctx, response)
	}
	return page, nil
}

func (s *site) ideas() []link {
	var some []link
	for _, words := range s.opts.Examples {
		some = append(some, link{Label: words, URL: request{Text: words}.url("/")})
	}
	return some
}

func heading(asked request) string {
	switch like := likeWhat(asked.shown); {
	case asked.Text != "" && like != "":
		return like + ", “" + asked.Text + "”"
	case like != "":
		return like
	case asked.Text != "":
		return "“" + asked.Text + "”"
	case len(asked.Filters) > 0:
		return "The catalogue, filtered"
	}
	return "The whole catalogue"
}

// likeWhat says what the hits are to be like; "" for nothing.
func likeWhat(s shown) string {
	count := func(n int, one, many string) string {
		switch n {
		case 0:
			return ""
		case 1:
			return one
		}
		return strings.Replace(many, "#", strconv.Itoa(n), 1)
	}
	photos := count(len(s.Photos), "your photo", "your # photos")
	products := count(len(s.Like), "one product", "# products")
	switch {
	case photos != "" && products != "":
		return "Like " + photos + " and " + products
	case photos+products != "":
		return "Like " + photos + products
	}
	return ""
}

// modeLinks offers the modes; a catalogue that is only listed is the same in all of them.
func modeLinks(asked request) []link {
	if asked.lists() {
		return nil
	}
	links := make([]link, len(modes))
	for i, m := range modes {
		next := asked.at(0)
		next.Mode = m.mode
		links[i] = link{Label: m.label, About: m.about, URL: next.url("/"), Active: m.mode == asked.Mode || asked.Mode == "" && m.mode == retrieval.ModeRanked}
	}
	return links
}

// sortLinks offers the orders. The best match of a list, for which nothing is asked, is what the shop features.
func sortLinks(asked request) []link {
	links := make([]link, len(sorts))
	for i, s := range sorts {
		links[i] = link{Label: s.label, URL: asked.sorted(s.sort).url("/"), Active: s.sort == cmp.Or(asked.Sort, retrieval.SortRelevance)}
		if s.sort == retrieval.SortRelevance && asked.lists() {
			links[i].Label = "Featured"
		}
	}
	return links
}

func degraded(r *retrieval.Response) []string {
	var names []string
	for _, leg := range r.Legs {
		if leg.Error != "" {
			names = append(names, legName(leg.Leg))
		}
	}
	if r.Ranker != nil && r.Ranker.Error != "" {
		names = append(names, "the ranker")
	}
	return names
}

// pageLink is one entry of the list of pages. Without a URL it is the page one is on, or a gap.
type pageLink struct {
	Label, URL    string
	Current, Edge bool // Edge: previous or next
}

// pageLinks lists the pages around the one of asked, its neighbours first and last; nil for one page.
// Nothing beyond the engine's window can be asked for.
func pageLinks(asked request, total int) []pageLink {
	last := (min(total, retrieval.MaxDepth) - 1) / pageSize
	if total <= pageSize && asked.Offset == 0 {
		return nil
	}
	current := min(asked.Offset/pageSize, last)
	to := func(page int) string { return asked.at(page * pageSize).url("/") }
	var links []pageLink
	if current > 0 {
		links = append(links, pageLink{Label: "Previous", URL: to(current - 1), Edge: true})
	}
	shown := -1
	for page := 0; page <= last; page++ {
		if page != 0 && page != last && (page < current-1 || page > current+1) {
			continue
		}
		if page != shown+1 {
			links = append(links, pageLink{Label: "…"})
		}
		shown = page
		next := pageLink{Label: strconv.Itoa(page + 1), Current: page == current}
		if !next.Current {
			next.URL = to(page)
		}
		links = append(links, next)
	}
	if current < last {
		links = append(links, pageLink{Label: "Next", URL: to(current + 1), Edge: true})
	}
	return links
}

// elapsed writes a time in the unit that suits it.
func elapsed(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

package learning

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"vitrine/catalog"
	"vitrine/ranker"
)

// Source is where a shop keeps what it showed and what shoppers did: catalog.Store. Each is in order of time.
type Source interface {
	Served(ctx context.Context, since time.Time) iter.Seq2[catalog.Served, error]
	Queries(ctx context.Context, since time.Time) iter.Seq2[catalog.ShopperQuery, error]
	Events(ctx context.Context, since time.Time) iter.Seq2[catalog.Event, error]
}

// Trust says whose behaviour counts: not that of bots, nor what newcomers do with a product that a crowd of them clicks.
type Trust interface {
	Trusted(clientID string, at time.Time) bool
	Established(clientID string) bool
	Crowded(product string) bool
}

// Window says what of a log is read.
type Window struct {
	Since    time.Time // zero = all
	MaxRows  int       // of what was shown; the newest are kept; 0 = 3 million
	Trust    Trust     // nil = everybody
	Progress func(stage string, done int)
}

// withDefaults fills in what is zero.
func (w Window) withDefaults() Window {
	w.MaxRows = cmp.Or(w.MaxRows, 3_000_000)
	if w.Progress == nil {
		w.Progress = func(string, int) {}
	}
	return w
}

// The rules by which actions count.
const (
	attribution   = 24 * time.Hour   // after the impression
	clockSlack    = time.Minute      // by which a click may come in before its impression
	returningGap  = 30 * time.Minute // between two visits
	mostSeenADay  = 200              // impressions of one visitor
	progressEvery = 10_000
)

// Tally is what a log was made of, and what was left out of it.
type Tally struct {
	Searches    int `json:"searches"` // with a row that was seen
	Impressions int `json:"impressions"`
	Clicks      int `json:"clicks"`
	Carts       int `json:"carts"`
	Purchases   int `json:"purchases"`

	LeftOut []LeftOut `json:"left_out"`
}

// LeftOut counts what was not used for one reason.
type LeftOut struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

// The reasons why something is left out.
const (
	otherSchema = iota
	noFeatures
	untrustedSearch
	overMemory
	neverSeen
	doubted
	otherVisitor
	unknownSearch
	notShown
	beyondCap
	withoutImpression
	tooLate
	crowded
	reasons
)

var reasonTexts = [reasons]string{
	otherSchema:       "searches whose features meant something else",
	noFeatures:        "searches that no ranker scored",
	untrustedSearch:   "searches of visitors who behave like bots",
	overMemory:        "searches beyond the limit of rows, the oldest first",
	neverSeen:         "products shown that were never on the screen",
	doubted:           "doubtful events",
	otherVisitor:      "events of another visitor than the one who searched",
	unknownSearch:     "events of searches that are not used",
	notShown:          "events of products that the search did not show",
	beyondCap:         "impressions beyond 200 a day of one visitor",
	withoutImpression: "clicks, carts and purchases without an impression",
	tooLate:           "clicks, carts and purchases more than 24 hours after the impression",
	crowded:           "searches of newcomers for products that only newcomers click",
}

// Assemble reads a log: the rows of searches that the ranker of this program scored, joined with what the same visitor
// did with the same product in the same search.
func Assemble(ctx context.Context, from Source, w Window) (*Log, error) {
	a := assembly{Window: w.withDefaults(), log: &Log{}, ids: map[string]int{}}
	schema := ranker.Features()
	for _, f := range schema {
		a.log.Features = append(a.log.Features, f.Name)
	}
	if err := a.readSearches(from.Served(ctx, w.Since), schema.Hash()); err != nil {
		return nil, err
	}
	if err := a.readQueries(from.Queries(ctx, w.Since)); err != nil {
		return nil, err
	}
	if err := a.readEvents(from.Events(ctx, w.Since)); err != nil {
		return nil, err
	}
	a.settle()
	return a.log, ctx.Err()
}

// assembly is a log in the making. Besides the log's own columns it has what is needed to join.
type assembly struct {
	Window
	log     *Log
	leftOut [reasons]int

	queries []asked        // one a search
	ids     map[string]int // of queries, to their place
	times   []moments      // one a row
}

// asked is what is known of a search until it is joined.
type asked struct{ id, client, words string }

// moments are when things happened, in milliseconds after the search; never = not at all.
type moments struct{ seen, clicked, carted, bought int32 }

const never = math.MaxInt32

func (a *assembly) readSearches(served iter.Seq2[catalog.Served, error], schema string) error {
	l, products := a.log, map[string]uint32{}
	for search, err := range served {
		switch {
		case err != nil:
			return err
		case search.Schema == "" || len(search.Rows[0].Features) == 0:
			a.leftOut[noFeatures]++
			continue
		case search.Schema != schema || len(search.Rows[0].Features) != len(l.Features):
			a.leftOut[otherSchema]++
			continue
		case a.Trust != nil && !a.Trust.Trusted(search.ClientID, search.Time):
			a.leftOut[untrustedSearch]++
			continue
		}
		s := Search{Time: search.Time, begin: l.Rows(), end: l.Rows() + len(search.Rows)}
		for _, row := range search.Rows {
			product, known := products[row.Product]
			if !known {
				product = uint32(len(l.names))
				products[row.Product] = product
				l.names = append(l.names, row.Product)
			}
			l.values = append(l.values, row.Features...)
			l.fused = append(l.fused, float32(row.Fused))
			l.positions = append(l.positions, int32(row.Position))
			l.products = append(l.products, product)
			l.actions = append(l.actions, 0)
		}
		l.Searches = append(l.Searches, s)
		a.queries = append(a.queries, asked{id: search.QueryID, client: search.ClientID})
		if l.Rows() > a.MaxRows+a.MaxRows/4 {
			a.dropOldest()
		}
		if len(l.Searches)%progressEvery == 0 {
			a.Progress("searches", len(l.Searches))
		}
	}
	a.dropOldest()
	for i, q := range a.queries {
		a.ids[q.id] = i
	}
	a.markReturning()
	a.times = slices.Repeat([]moments{{never, never, never, never}}, l.Rows())
	return nil
}

// dropOldest keeps as many of the newest searches as MaxRows allows.
func (a *assembly) dropOldest() {
	l := a.log
	excess, drop := l.Rows()-a.MaxRows, 0
	for drop < len(l.Searches) && l.Searches[drop].begin < excess {
		drop++
	}
	if drop == 0 {
		return
	}
	a.leftOut[overMemory] += drop
	l.Searches = append(l.Searches[:0], l.Searches[drop:]...)
	a.queries = append(a.queries[:0], a.queries[drop:]...)
	gone := l.Rows()
	if len(l.Searches) > 0 {
		gone = l.Searches[0].begin
	}
	l.values = append(l.values[:0], l.values[gone*len(l.Features):]...)
	l.fused = append(l.fused[:0], l.fused[gone:]...)
	l.positions = append(l.positions[:0], l.positions[gone:]...)
	l.products = append(l.products[:0], l.products[gone:]...)
	l.actions = append(l.actions[:0], l.actions[gone:]...)
	for i := range l.Searches {
		l.Searches[i].begin -= gone
		l.Searches[i].end -= gone
	}
}

func (a *assembly) markReturning() {
	first := map[string]time.Time{}
	for i, q := range a.queries {
		s := &a.log.Searches[i]
		at, known := first[q.client]
		if !known {
			first[q.client] = s.Time
		}
		s.Returning = known && s.Time.Sub(at) >= returningGap
	}
}

// readQueries learns what was asked for.
func (a *assembly) readQueries(queries iter.Seq2[catalog.ShopperQuery, error]) error {
	numbers := map[string]int32{"": 0}
	done := 0
	for q, err := range queries {
		if err != nil {
			return err
		}
		if done++; done%progressEvery == 0 {
			a.Progress("queries", done)
		}
		i, used := a.ids[q.ID]
		if !used {
			continue
		}
		s := &a.log.Searches[i]
		words := strings.ToLower(strings.TrimSpace(q.UserQuery))
		number, known := numbers[words]
		if !known {
			number = int32(len(numbers))
			numbers[words] = number
		}
		a.queries[i].words = words
		s.Words, s.words = words != "", number
		s.Photo = string(q.Attributes["photo"]) == "true"
		s.Device = device(q.Attributes["device"])
	}
	a.markHead()
	return nil
}

// device reads the kind of screen; "" where it is none of those that are known.
func device(attribute json.RawMessage) string {
	var name string
	if json.Unmarshal(attribute, &name) != nil || !slices.Contains([]string{"desktop", "mobile", "tablet"}, name) {
		return ""
	}
	return name
}

// markHead marks the searches for the most frequent words, which together are half of the searches with words.
func (a *assembly) markHead() {
	counts, total := map[string]int{}, 0
	for _, q := range a.queries {
		if q.words != "" {
			counts[q.words]++
			total++
		}
	}
	words := slices.SortedFunc(maps.Keys(counts), func(x, y string) int {
		return cmp.Or(cmp.Compare(counts[y], counts[x]), cmp.Compare(x, y))
	})
	head, covered := map[string]bool{}, 0
	for _, w := range words {
		if 2*covered >= total {
			break
		}
		head[w] = true
		covered += counts[w]
	}
	for i, q := range a.queries {
		a.log.Searches[i].Head = head[q.words]
	}
}

// readEvents notes what shoppers did, and when.
func (a *assembly) readEvents(events iter.Seq2[catalog.Event, error]) error {
	seenToday, today := map[string]int{}, time.Time{}
	done := 0
	for e, err := range events {
		if err != nil {
			return err
		}
		if done++; done%progressEvery == 0 {
			a.Progress("events", done)
		}
		i := a.rowOf(&e)
		if i < 0 {
			continue
		}
		t := &a.times[i]
		after := int32(min(max(e.Time.Sub(a.log.Searches[a.ids[e.QueryID]].Time).Milliseconds(), math.MinInt32), never-1))
		switch e.Action {
		case catalog.ActionImpression:
			if day := e.Time.Truncate(24 * time.Hour); !day.Equal(today) {
				clear(seenToday)
				today = day
			}
			if t.seen != never {
				continue // it was on the screen twice
			}
			t.seen = after
			if seenToday[e.ClientID]++; seenToday[e.ClientID] > mostSeenADay {
				a.log.actions[i] |= capped
			}
		case catalog.ActionClick:
			t.clicked = min(t.clicked, after)
		case catalog.ActionAddToCart:
			t.carted = min(t.carted, after)
		case catalog.ActionPurchase:
			t.bought = min(t.bought, after)
		}
	}
	return nil
}

// rowOf returns the row that an event is about, or -1 where it counts for none.
func (a *assembly) rowOf(e *catalog.Event) int {
	switch e.Action {
	case catalog.ActionImpression, catalog.ActionClick, catalog.ActionAddToCart, catalog.ActionPurchase:
	default:
		return -1
	}
	search, used := a.ids[e.QueryID]
	switch {
	case e.QueryID == "" || e.Attributes.Object == nil:
		return -1
	case e.Doubt != "":
		a.leftOut[doubted]++
		return -1
	case !used:
		a.leftOut[unknownSearch]++
		return -1
	case e.ClientID != a.queries[search].client:
		a.leftOut[otherVisitor]++
		return -1
	}
	s := a.log.Searches[search]
	for i := s.begin; i < s.end; i++ {
		if a.log.names[a.log.products[i]] == string(e.Attributes.Object.ID) {
			return i
		}
	}
	a.leftOut[notShown]++
	return -1
}

// settle turns moments into labels and keeps the rows that were seen.
func (a *assembly) settle() {
	l, kept, searches := a.log, 0, 0
	for i := range l.actions {
		a.label(i)
	}
	a.dismissCrowds()
	for _, s := range l.Searches {
		begin := kept
		for i := s.begin; i < s.end; i++ {
			if !l.actions[i].has(seen) {
				continue
			}
			l.keep(i, kept)
			kept++
		}
		if kept > begin {
			s.begin, s.end = begin, kept
			l.Searches[searches] = s
			searches++
		}
	}
	l.Searches = l.Searches[:searches]
	l.values, l.fused = l.values[:kept*len(l.Features)], l.fused[:kept]
	l.positions, l.products, l.actions = l.positions[:kept], l.products[:kept], l.actions[:kept]
	a.log.Tally = Tally{
		Searches: searches, Impressions: kept,
		Clicks: l.count(0, kept, clicked), Carts: l.count(0, kept, carted), Purchases: l.count(0, kept, bought),
	}
	for reason, count := range a.leftOut {
		if count > 0 {
			l.Tally.LeftOut = append(l.Tally.LeftOut, LeftOut{reasonTexts[reason], count})
		}
	}
}

// label sets the actions of a row.
func (a *assembly) label(i int) {
	t, did := a.times[i], &a.log.actions[i]
	overCap := did.has(capped)
	*did = 0
	switch {
	case overCap:
		a.leftOut[beyondCap]++
		return
	case t.seen == never:
		a.leftOut[neverSeen]++
	default:
		*did = seen
	}
	for _, done := range []struct {
		at int32
		by action
	}{{t.clicked, clicked}, {t.carted, carted}, {t.bought, bought}} {
		if done.at == never {
			continue
		}
		waited := time.Duration(int64(done.at)-int64(t.seen)) * time.Millisecond
		switch {
		case t.seen == never || waited < -clockSlack:
			a.leftOut[withoutImpression]++
		case waited > attribution:
			a.leftOut[tooLate]++
		default:
			*did |= done.by
		}
	}
	if did.has(carted | bought) {
		*did |= clicked // who bought it through this search has picked it, whether the click came in or not
	}
	if did.has(bought) {
		*did |= carted
	}
}

// keep moves a row to an earlier place.
func (l *Log) keep(from, to int) {
	width := len(l.Features)
	copy(l.values[to*width:(to+1)*width], l.values[from*width:(from+1)*width])
	l.fused[to], l.positions[to], l.products[to], l.actions[to] = l.fused[from], l.positions[from], l.products[from], l.actions[from]
}

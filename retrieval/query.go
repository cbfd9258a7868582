package retrieval

import (
	"cmp"
	"time"

	"vitrine/catalog"
)

// Mode says how much of the query path a search uses.
type Mode string

// The modes, from one leg to everything.
const (
	ModeKeyword Mode = "keyword" // BM25 alone
	ModeVector  Mode = "vector"  // the vector legs, fused
	ModeHybrid  Mode = "hybrid"  // all legs, fused
	ModeRanked  Mode = "ranked"  // hybrid, then the CTR ranker and the rules
)

// Query is one request as a caller states it. The zero value lists the catalogue,
// the newest release first, those without a date at the end, and products of one day by id.
type Query struct {
	Text    string       // the shopper's words, at most 256 runes and 32 terms
	Photos  []PhotoQuery // at most 4, searched for as one: what they have in common
	Like    []string     // ids of at most 10 products to be like; they are not among the hits
	Unlike  []string     // ids of at most 10 products to turn away from; they are not among the hits either
	Balance *float64     // how much Photos and Like count beside Text: 0 = words alone, 1 = without them; nil = 0.5
	Mode    Mode         // empty = ModeRanked
	Filters []Filter     // all must hold
	Offset  int          // hits to leave out; Offset + Limit <= 1000
	Limit   int          // hits to return; 0 = 24
	Explain bool         // fill each hit's Ledger
	Literal bool         // take the words as they are: read no filter out of them
	Ignore  []string     // what not to read out of the words: strings of the filters in Response.Understood

	Sort      Sort    // empty = SortRelevance
	Group     string  // brand, category, colour or attribute.NAME: only the best hit of each of its values
	Diversity float64 // in [0, 1]: how much the first hits are to differ in brand and category; for SortRelevance
	Shopper   Shopper // who searches, for a ranker that knows what they did before

	Cursor string // CursorStart, or the Cursor of the page before, whose search is then taken up; with Offset 0

	typed string // Text before anything was read out of it
}

// AsTyped is the text before anything was read out of it, normalised, once a search has begun; before that it is Text.
func (q *Query) AsTyped() string { return cmp.Or(q.typed, q.Text) }

// Shopper says who searches. The zero value is somebody of whom nothing is known.
type Shopper struct {
	Visitor string    // the browser or device: client_id of behaviour events
	User    string    // who is signed in: user_id of behaviour events
	Device  Device    // what they search with
	At      time.Time // when they search; zero = now
}

// Device is a kind of screen.
type Device string

// The devices; empty = unknown.
const (
	DeviceDesktop Device = "desktop"
	DeviceMobile  Device = "mobile"
	DeviceTablet  Device = "tablet"
)

// Filter keeps the products whose Field has one of Values, or lies within [Min, Max]; with Not it keeps
// the others. Fields: category (any level of the path), brand, colour, in_stock ("true"/"false"), price
// (currency units), words (all words of a value), and an attribute by its name behind AttributePrefix.
type Filter struct {
	Field  string   `json:"field"`
	Values []string `json:"values,omitempty"`
	Min    *float64 `json:"min,omitempty"` // inclusive
	Max    *float64 `json:"max,omitempty"` // inclusive
	Not    bool     `json:"not,omitempty"`
}

// Response is the answer to one Query. The API and `vitrine search --json` give this object; the API, which
// strangers read, with an address in place of the file and folder of each photo, an id, and a token for each hit.
type Response struct {
	Query      string        `json:"query"`
	Mode       Mode          `json:"mode"`
	Understood []Understood  `json:"understood"`
	Suggestion string        `json:"suggestion,omitempty"` // the query with words of the catalogue for those that no product has
	Total      int           `json:"total"`                // number of hits on all pages: products or, with Query.Group, groups
	Closest    bool          `json:"closest,omitempty"`    // nothing that fits passes the filters: the hits come closest of what does
	Offset     int           `json:"offset"`
	Hits       []Hit         `json:"hits"`
	Cursor     string        `json:"cursor,omitempty"` // of the next page, if a cursor was asked for and there is one
	Facets     []Facet       `json:"facets"`
	Legs       []LegReport   `json:"legs"`
	Fusion     *FusionReport `json:"fusion,omitempty"`   // of a query with words or a photo
	Ranker     *RankerReport `json:"ranker,omitempty"`   // of a query that was to be ranked
	Rules      []FiredRule   `json:"rules,omitempty"`    // that hold for the query, in their order
	Redirect   string        `json:"redirect,omitempty"` // where a rule leads the shopper: http(s), or a path of the shop
	Timings    []Timing      `json:"timings"`
	Generation string        `json:"generation"`
}

// Hit is one result.
type Hit struct {
	Rank    int             `json:"rank"` // 1-based, over all pages
	Score   float64         `json:"score"`
	Product catalog.Product `json:"product"`
	Photo   *HitPhoto       `json:"photo,omitempty"`  // the one of its photos that matches best, else the first; nil = it has none
	Others  int             `json:"others,omitempty"` // products of its group that it stands for, besides itself
	Ledger  *Ledger         `json:"ledger,omitempty"`

	// ImagePending says that none of the product's photos could be had when the index was built: it is found by its words.
	ImagePending bool `json:"image_pending,omitempty"`

	// What is logged to learn from: the score of the fusion, and what the ranker saw; nil where it did not score the hit.
	Fused    float64   `json:"-"`
	Features []float64 `json:"-"`
}

// Ledger explains a hit's score. Score is the sum, in order, of the Contribution of
// the Features when there are any (mode ranked), else of the Legs; and then of the Rules.
type Ledger struct {
	Legs     []LegEntry     `json:"legs"`
	Fused    float64        `json:"fused"` // sum of the legs' contributions, in order
	Features []FeatureEntry `json:"features,omitempty"`
	Rules    []RuleEntry    `json:"rules,omitempty"`
	Score    float64        `json:"score"`
}

// LegEntry is what one leg says of one hit.
type LegEntry struct {
	Leg          string  `json:"leg"`
	Score        float64 `json:"score"`      // raw: BM25, cosine in [-1, 1], or the share of what is named
	Rank         int     `json:"rank"`       // 1-based, the same for equal scores; 0 = the leg did not find it
	Normalised   float64 `json:"normalised"` // in [0, 1], by the way of fusing
	Weight       float64 `json:"weight"`
	Contribution float64 `json:"contribution"` // Weight · Normalised
	Backfilled   bool    `json:"backfilled,omitempty"`
}

// FeatureEntry is what one feature of the ranker adds to one hit.
type FeatureEntry struct {
	Name         string  `json:"name"`
	Value        float64 `json:"value"`
	Weight       float64 `json:"weight"`       // 0 where the model is not linear
	Contribution float64 `json:"contribution"` // Weight · Value of a linear model
}

// RuleEntry is the effect of one merchandising rule, or of the one for identifiers, on one hit.
type RuleEntry struct {
	Rule         string  `json:"rule"`
	Contribution float64 `json:"contribution"`
}

// FiredRule names a merchandising rule that holds for a query.
type FiredRule struct {
	Rule   string `json:"rule"`
	Action Action `json:"action"`
}

// LegReport says how one leg was run.
type LegReport struct {
	Leg   string `json:"leg"`
	Plan  string `json:"plan"` // "bm25", "graph ef=64", "exact 1-bit", "exact int8", "columns"…
	Found int    `json:"found"`
	Error string `json:"error,omitempty"` // the leg was left out
}

// FusionReport says how the legs were joined. Certain and Signals are those of FusionConvex.
type FusionReport struct {
	Method  Fusion   `json:"method"`
	Certain float64  `json:"certain,omitempty"` // in (0, 1): how much the query is after a certain thing and not a kind of thing
	Signals *Signals `json:"signals,omitempty"`
}

// Facet counts the products that have each value of one field: what the search would find, Query.Group
// aside, with that value as the only one chosen of the field and all other filters as they are. facets.go
// says when a count is too low.
type Facet struct {
	Field  string       `json:"field"`  // as filters name it
	Values []FacetValue `json:"values"` // most frequent first, ties by value; prices from cheap to dear
}

// FacetValue is one value of a facet. For the price facet Min and Max bound the bucket, in currency units,
// inclusive like those of a Filter (nil = open), and Value is the range as a filter writes it: "20..49.99".
type FacetValue struct {
	Value string   `json:"value"`
	Count int      `json:"count"`
	Min   *float64 `json:"min,omitempty"`
	Max   *float64 `json:"max,omitempty"`
}

// Timing is the wall time of one stage.
type Timing struct {
	Stage    string        `json:"stage"`
	Start    time.Duration `json:"start_ns"` // since the search began
	Duration time.Duration `json:"ns"`
}

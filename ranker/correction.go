package ranker

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"math"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"vitrine/catalog"
	"vitrine/ranker/behaviour"
	"vitrine/ranker/online"
	"vitrine/retrieval"
)

// Trust says whether what a visitor did at a time counts.
type Trust interface {
	Trusted(clientID string, at time.Time) bool
}

// Correction learns from each impression and each click, within seconds, where shoppers differ from what a model
// expects of them. It knows products by words and crosses of words alone (package online), and begins where the model
// ends: the model's log odds are the offset of its examples. What it adds to scores it adds only while it is seen to
// help (proof.go). It belongs to one model; another model begins another correction.
//
// It is safe for concurrent use. A nil Correction learns nothing.
type Correction struct {
	base     Model
	products behaviour.Products
	trust    Trust

	plain   *online.Model // how much is clicked at all and where it stands, beside what the model says
	crosses *online.Model // beside both: what is left to explain
	stream  *online.Stream
	proof   proof
	answers *lru.Cache[string, *answer] // by query id
}

// What a correction sees of a row, and what it makes of it. A cross that is clicked for the first time moves by some 0.05
// logits, and a clicked row has six.
var (
	correctionFields  = []string{"query", "product", "brand", "category", "device"}
	correctionCrosses = []string{"product", "query×product", "query×brand", "query×category", "category×device", "brand×device"}
	noFields          = make([]string, len(correctionFields)) // of a row of which nothing is known
)

const (
	mostCorrection = math.Ln2       // of a row, up or down: twice or half the odds, whoever clicks however often
	plainStep      = 0.3            // of few weights that all examples move: they must not lag behind, or the crosses would be praised for it
	keptAnswers    = 20_000         // searches whose events may still come: some 20 MB
	seenAgain      = 24 * time.Hour // from when on the same product under the same words counts for a visitor again

	correctionPrefix  = "online: " // of the crosses' names in the ledger
	correctionVersion = "+online"  // behind the version of the model that is corrected
)

// NewCorrection returns one of a model, which has learnt nothing. A nil trust trusts everybody.
func NewCorrection(base Model, products behaviour.Products, trust Trust) *Correction {
	c := &Correction{base: base, products: products, trust: trust}
	c.crosses = newOnline(online.Options{Fields: correctionFields, Crosses: correctionCrosses})
	c.plain = newOnline(online.Options{Buckets: 1, Alpha: plainStep})
	var err error
	if c.stream, err = online.NewStream(c.crosses, online.StreamOptions{Learning: c.validate}); err != nil {
		panic(err) // the options are those above
	}
	if c.answers, err = lru.New[string, *answer](keptAnswers); err != nil {
		panic(err)
	}
	return c
}

func newOnline(o online.Options) *online.Model {
	m, err := online.New(o)
	if err != nil {
		panic(err) // the options are those above
	}
	return m
}

// answer is what one search showed.
type answer struct {
	client [sha256.Size]byte
	at     time.Time
	text   string // normalised
	device string
	rows   []answerRow
}

type answerRow struct {
	product  string
	position int
	offset   float64 // the model's log odds of a click
}

// Observe takes note of an answered search, before its events come. One that the ranker of this program did not
// score is passed over.
func (c *Correction) Observe(q catalog.ShopperQuery, served catalog.Served) {
	if c == nil || served.Schema != schemaHash {
		return
	}
	m := Matrix{Rows: len(served.Rows), Columns: len(features)}
	m.Values = make([]float64, 0, m.Rows*m.Columns)
	for _, row := range served.Rows {
		if len(row.Features) != m.Columns {
			return
		}
		for _, value := range row.Features {
			m.Values = append(m.Values, float64(value))
		}
	}
	scores := make([]float64, m.Rows)
	if err := c.base.Score(context.Background(), m, scores); err != nil {
		return // a model that cannot score has said so where it served
	}
	a := &answer{client: sha256.Sum256([]byte(q.ClientID)), at: q.Time, text: retrieval.NormaliseText(q.UserQuery), rows: make([]answerRow, m.Rows)}
	_ = json.Unmarshal(q.Attributes["device"], &a.device) // unknown where it is no string
	for i, row := range served.Rows {
		a.rows[i] = answerRow{row.Product, row.Position, scores[i]}
	}
	c.answers.Add(q.ID, a)
}

// Apply takes note of an event. Impressions and clicks count that the server does not doubt, of trusted visitors, and of
// products that their own search showed; a product counts for a visitor once a day under the same words.
func (c *Correction) Apply(e catalog.Event) {
	if c == nil || e.Doubt != "" || e.Attributes.Object == nil || e.Action != catalog.ActionImpression && e.Action != catalog.ActionClick {
		return
	}
	a, known := c.answers.Get(e.QueryID)
	if !known || a.client != sha256.Sum256([]byte(e.ClientID)) || c.trust != nil && !c.trust.Trusted(e.ClientID, e.Time) {
		return
	}
	row := a.row(string(e.Attributes.Object.ID))
	if row == nil {
		return
	}
	// Neither call has an error: the key and the example are ours.
	if e.Action == catalog.ActionClick {
		_ = c.stream.Click(a.key(row))
		return
	}
	p, err := c.products.Product(context.Background(), row.product)
	if err != nil {
		return // it has left the shop
	}
	fields := fieldsOf(a.text, &p, a.device)
	_ = c.stream.Impression(a.key(row), online.Example{Fields: fields[:], Offset: row.offset, Position: row.position})
}

func (a *answer) row(product string) *answerRow {
	for i := range a.rows {
		if a.rows[i].product == product {
			return &a.rows[i]
		}
	}
	return nil
}

// key stands for a visitor who saw a product under some words on some day, without naming them.
func (a *answer) key(row *answerRow) string {
	day := a.at.UTC().Truncate(seenAgain).Format(time.DateOnly)
	sum := sha256.Sum256([]byte(string(a.client[:]) + day + row.product + "\x00" + a.text))
	return string(sum[:16])
}

// fieldsOf are the correctionFields of a row.
func fieldsOf(text string, p *catalog.Product, device string) [5]string {
	return [5]string{text, p.ID, p.Brand, leaf(p), device}
}

// Advance says what time it is: impressions that have waited for a click long enough are learnt without one.
func (c *Correction) Advance(now time.Time) {
	if c != nil {
		c.stream.Advance(now)
	}
}

// ForgetHash drops what a client was shown, of whose id sum is the SHA-256. Weights have no part of it by which anybody
// could be told.
func (c *Correction) ForgetHash(sum [sha256.Size]byte) {
	if c == nil {
		return
	}
	for _, id := range c.answers.Keys() {
		if a, known := c.answers.Peek(id); known && a.client == sum {
			c.answers.Remove(id)
		}
	}
}

// validate holds both against an example that neither has learnt, and leaves to the crosses what the plain model does
// not explain.
func (c *Correction) validate(e *online.Example) {
	without := *e
	without.Fields = nil
	e.Offset = c.plain.Score(without) + c.plain.Band(e.Position)
	e.Position = 0
	with := e.Offset + c.crosses.Score(online.Example{Fields: noFields})
	for _, part := range c.appendParts(nil, e.Fields) {
		with += part
	}
	c.proof.add(logLoss(e.Offset, e.Clicked), logLoss(with, e.Clicked), e.Clicked)
	_ = c.plain.Learn(without) // the stream has checked it
}

// CorrectionFigures tell how a correction does.
type CorrectionFigures struct {
	Examples  int     // learnt
	Clicks    int     // among them
	LossRatio float64 // log loss with the correction over that without, of the last examples; 0 = nothing learnt yet
	InForce   bool    // it is added to scores
}

// Figures tells how the correction does.
func (c *Correction) Figures() CorrectionFigures { return c.proof.figures() }

// correcting is what a correction adds to the candidates of one query: the crosses of each, as they were when it was
// scored.
type correcting []float64

// correct returns nil while the correction is not in force.
func (c *Correction) correct(q *retrieval.Query, candidates []retrieval.Candidate) correcting {
	if c == nil || !c.proof.inForce.Load() {
		return nil
	}
	parts := make(correcting, 0, len(candidates)*len(correctionCrosses))
	for i := range candidates {
		fields := fieldsOf(q.AsTyped(), candidates[i].Product, string(q.Shopper.Device))
		parts = c.appendParts(parts, fields[:])
	}
	return parts
}

// appendParts appends the crosses of a row, which together are mostCorrection at most.
func (c *Correction) appendParts(parts correcting, fields []string) correcting {
	parts = c.crosses.AppendParts(parts, online.Example{Fields: fields})
	own, sum := parts[len(parts)-len(correctionCrosses):], 0.0
	for _, part := range own {
		sum += part
	}
	if size := math.Abs(sum); size > mostCorrection {
		for j := range own {
			own[j] *= mostCorrection / size
		}
	}
	return parts
}

// of is what is added to candidate i, in the order of adding.
func (c correcting) of(i int) []float64 {
	return c[i*len(correctionCrosses) : (i+1)*len(correctionCrosses)]
}

// add adds it to the scores.
func (c correcting) add(scores []float64) {
	if c == nil {
		return
	}
	for i := range scores {
		for _, part := range c.of(i) {
			scores[i] += part
		}
	}
}

// adjust moves outlooks likewise: what follows a click is as likely as before.
func (c correcting) adjust(outlooks []Outlook) {
	if c == nil {
		return
	}
	for i := range outlooks {
		o, logOdds := &outlooks[i], logit(outlooks[i].Click)
		for _, part := range c.of(i) {
			logOdds += part
		}
		clicks := Probability(logOdds)
		factor := clicks / Probability(logit(o.Click)) // which is kept off 0
		o.Click, o.Cart, o.Purchase = clicks, o.Cart*factor, o.Purchase*factor
	}
}

// extend appends the entries of candidate i to its ledger.
func (c correcting) extend(ledger []retrieval.FeatureEntry, i int) []retrieval.FeatureEntry {
	if c == nil {
		return ledger
	}
	for j, part := range c.of(i) {
		ledger = append(ledger, retrieval.FeatureEntry{Name: correctionPrefix + correctionCrosses[j], Value: 1, Weight: part + 0, Contribution: part + 0})
	}
	return ledger
}

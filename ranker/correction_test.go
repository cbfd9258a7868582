package ranker

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// market is a shop whose visitors search, look at all that is shown and click by chance.
type market struct {
	t          testing.TB
	random     *rand.Rand
	ranker     *Ranker
	candidates []retrieval.Candidate
	now        time.Time
	searches   int

	// liking is added to the log odds of a click that the model has, for a row under a query; nil = nothing.
	liking func(text, product string) float64
}

func newMarket(t testing.TB, seed uint64, trust Trust) *market {
	random := rand.New(rand.NewPCG(seed, 1))
	m := &market{t: t, random: random, candidates: randomCandidates(random, 24), now: today}
	m.ranker = at(today)
	m.ranker.UseCorrected(NewCorrection(m.ranker.Model(), productsOf(m.candidates), trust))
	return m
}

var marketTexts = []string{"red dress", "laptop bag", "shoes", "navy"}

func (m *market) rank(text string) *retrieval.Ranked {
	q := &retrieval.Query{Text: text, Shopper: retrieval.Shopper{Device: retrieval.DeviceMobile}}
	ranked, err := m.ranker.Rank(m.t.Context(), q, m.candidates)
	if err != nil {
		m.t.Fatal(err)
	}
	return ranked
}

// order is the candidates' indices, best first.
func (m *market) order(text string) []int {
	scores := m.rank(text).Scores
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(math.Copysign(1, scores[b]-scores[a])) })
	return order
}

// search lets a visitor search, and returns what they were shown.
func (m *market) search(text string) (catalog.ShopperQuery, catalog.Served) {
	ranked, order := m.rank(text), m.order(text)
	m.searches++
	m.now = m.now.Add(time.Minute)
	id, client := fmt.Sprint("q", m.searches), fmt.Sprint("visitor", m.searches)
	q := catalog.ShopperQuery{ID: id, ClientID: client, UserQuery: strings.ToUpper(text), Time: m.now, Attributes: map[string]json.RawMessage{"device": []byte(`"mobile"`)}}
	served := catalog.Served{QueryID: id, ClientID: client, Time: m.now, Schema: ranked.Schema, Model: ranked.Model}
	width := len(features)
	for place, i := range order {
		row := catalog.ServedRow{Product: m.candidates[i].Product.ID, Position: place + 1, Score: ranked.Scores[i]}
		for _, value := range ranked.Values[i*width : (i+1)*width] {
			row.Features = append(row.Features, float32(value))
		}
		served.Rows = append(served.Rows, row)
	}
	return q, served
}

// shop lets some visitors search and click.
func (m *market) shop(searches int) {
	for range searches {
		text := marketTexts[m.random.IntN(len(marketTexts))]
		q, served := m.search(text)
		c := m.ranker.Correction()
		c.Observe(q, served)
		c.Advance(m.now)
		for _, row := range served.Rows {
			c.Apply(happened(q, catalog.ActionImpression, row.Product))
			if m.random.Float64() < m.chance(text, row) {
				c.Apply(happened(q, catalog.ActionClick, row.Product))
			}
		}
	}
}

// chance falls with the place; the model's own score is as good as can be where there is no liking.
func (m *market) chance(text string, row catalog.ServedRow) float64 {
	values := make([]float64, len(row.Features))
	for j, value := range row.Features {
		values[j] = float64(value)
	}
	var score [1]float64
	if err := Prior().Score(m.t.Context(), Matrix{1, len(values), values}, score[:]); err != nil {
		m.t.Fatal(err)
	}
	logOdds := score[0] - 0.5*math.Log(float64(row.Position))
	if m.liking != nil {
		logOdds += m.liking(text, row.Product)
	}
	return Probability(logOdds)
}

func happened(q catalog.ShopperQuery, action, product string) catalog.Event {
	e := catalog.Event{Action: action, ClientID: q.ClientID, QueryID: q.ID, Time: q.Time}
	e.Attributes.Object = &catalog.EventObject{ID: catalog.ObjectID(product)}
	return e
}

// tastes are of each product under each query, by chance, for as long as the shop exists.
func tastes(seed uint64) func(text, product string) float64 {
	return func(text, product string) float64 {
		sum := sha256.Sum256(fmt.Append(nil, seed, text, product))
		return 2*float64(sum[0])/255 - 1
	}
}

func TestWhatIsSuddenlyLovedRisesWithinAFewSearchesAndNothingElseMoves(t *testing.T) {
	m := newMarket(t, 1, nil)
	likings := tastes(1)
	m.liking = likings
	m.shop(1500)
	if f := m.ranker.Correction().Figures(); !f.InForce || f.LossRatio >= 1 {
		t.Fatalf("tastes that the model does not know are not learnt: %+v", f)
	}
	const text = "red dress"
	before, other := m.order(text), m.order("shoes")
	loved := before[len(before)-3]
	product := m.candidates[loved].Product.ID
	rank := func() int { return slices.Index(m.order(text), loved) + 1 }
	ranks := []int{rank()}
	for range 30 {
		q, served := m.search(text)
		c := m.ranker.Correction()
		c.Observe(q, served)
		c.Apply(happened(q, catalog.ActionImpression, product))
		c.Apply(happened(q, catalog.ActionClick, product))
		ranks = append(ranks, rank())
	}
	t.Log("ranks after each click:", ranks)
	if ranks[10] >= ranks[0] || ranks[30] > ranks[0]/2 {
		t.Errorf("its ranks after each click: %v", ranks)
	}
	// Under other words it rises less, and those of other products stay among themselves.
	after := m.order("shoes")
	if up := slices.Index(other, loved) - slices.Index(after, loved); up >= ranks[0]-ranks[30] {
		t.Errorf("under other words it rises by %d, under its own by %d", up, ranks[0]-ranks[30])
	}
	moved := 0
	for place, i := range other {
		moved += abs(place - slices.Index(after, i))
	}
	t.Log("places that products moved by under other words:", moved)
	if moved > 2*len(other) {
		t.Errorf("under other words products moved by %d places in all: %v, then %v", moved, other, after)
	}
}

func abs(n int) int { return max(n, -n) }

func TestNoiseIsNotServed(t *testing.T) {
	for seed := range uint64(3) {
		m := newMarket(t, seed, nil)
		for range 30 {
			m.shop(50)
			if f := m.ranker.Correction().Figures(); f.InForce {
				t.Errorf("seed %d: in force where the model knows all: %+v", seed, f)
			}
		}
		t.Logf("%+v", m.ranker.Correction().Figures())
		ranked := m.rank("shoes")
		if ranked.Model != Prior().Version() || len(ranked.Explain(0)) != 1+len(features) {
			t.Errorf("served by %s with %d entries", ranked.Model, len(ranked.Explain(0)))
		}
	}
}

func TestTheCorrectionGoesOutOfForceWhenItHelpsNoMore(t *testing.T) {
	m := newMarket(t, 2, nil)
	m.liking = tastes(2)
	m.shop(1000)
	if !m.ranker.Correction().Figures().InForce {
		t.Fatal("it never was in force")
	}
	turned := tastes(2)
	m.liking = func(text, product string) float64 { return -3 * turned(text, product) }
	for range 40 {
		if m.shop(5); !m.ranker.Correction().Figures().InForce {
			return
		}
	}
	t.Errorf("tastes have turned, and it is still in force: %+v", m.ranker.Correction().Figures())
}

func TestAnotherModelBeginsAnew(t *testing.T) {
	m := newMarket(t, 3, nil)
	m.liking = tastes(3)
	m.shop(600)
	corrected := m.rank("navy")
	if corrected.Model != Prior().Version()+"+online" {
		t.Fatalf("served by %s", corrected.Model)
	}
	m.ranker.Use(Prior())
	plain := m.rank("navy")
	if m.ranker.Correction() != nil || plain.Model != Prior().Version() || slices.Equal(plain.Scores, corrected.Scores) {
		t.Errorf("a model without a correction is served by %s", plain.Model)
	}
	m.ranker.UseCorrected(NewCorrection(Prior(), productsOf(m.candidates), nil))
	if f := m.ranker.Correction().Figures(); f != (CorrectionFigures{}) || !slices.Equal(m.rank("navy").Scores, plain.Scores) {
		t.Errorf("a new correction begins with %+v", f)
	}
}

func TestACrowdMovesAProductNoFurtherThanTheBound(t *testing.T) {
	m := newMarket(t, 8, nil)
	m.liking = tastes(8)
	m.shop(600)
	product := m.candidates[3].Product.ID
	for range 1000 {
		q, served := m.search("shoes")
		c := m.ranker.Correction()
		c.Observe(q, served)
		c.Apply(happened(q, catalog.ActionImpression, product))
		c.Apply(happened(q, catalog.ActionClick, product))
	}
	corrections := m.ranker.Correction().correct(&retrieval.Query{Text: "shoes", Shopper: retrieval.Shopper{Device: retrieval.DeviceMobile}}, m.candidates)
	if corrections == nil {
		t.Fatal("it is not in force")
	}
	for i := range m.candidates {
		sum := 0.0
		for _, part := range corrections.of(i) {
			sum += part
		}
		if math.Abs(sum) > mostCorrection+1e-12 || i == 3 && sum < mostCorrection-1e-12 {
			t.Errorf("product %d is moved by %v, the bound is %v", i, sum, mostCorrection)
		}
	}
}

// A ledger is of the moment at which its candidate was scored, whatever is learnt before it is asked for.
func TestCorrectedLedgersAddUpWhileTheCorrectionLearns(t *testing.T) {
	for _, text := range []string{"clicks", "click * price", "revenue"} {
		objective, err := ParseObjective(text)
		if err != nil {
			t.Fatal(err)
		}
		m := newMarket(t, 4, nil)
		m.liking = tastes(4)
		m.shop(600)
		forecaster := seer{Prior(), make([]float64, len(m.candidates))}
		for i := range forecaster.purchase {
			forecaster.purchase[i] = 0.01 * float64(1+i)
		}
		correction := m.ranker.Correction()
		correction.base = forecaster
		m.ranker.UseCorrected(correction)
		m.ranker.Pursue(objective)
		ranked := m.rank("red dress")
		m.shop(20)
		for i, score := range ranked.Scores {
			entries, sum := ranked.Explain(i), 0.0
			for _, e := range entries {
				sum += e.Contribution
			}
			if sum != score {
				t.Errorf("%s: the ledger of %d adds up to %v, the score is %v", text, i, sum, score)
			}
			if e := entries[1+len(features)]; e.Name != "online: product" || e.Weight != e.Contribution {
				t.Errorf("%s: the first entry of the correction is %+v", text, e)
			}
		}
	}
}

func TestACorrectionReachesWhatFollowsTheClick(t *testing.T) {
	m := newMarket(t, 4, nil)
	m.liking = tastes(4)
	m.shop(600)
	corrections := m.ranker.Correction().correct(&retrieval.Query{Text: "red dress"}, m.candidates)
	outlooks := make([]Outlook, len(m.candidates))
	for i := range outlooks {
		outlooks[i] = Outlook{Click: 0.2, Cart: 0.1, Purchase: 0.04}
	}
	corrections.adjust(outlooks)
	for i, o := range outlooks {
		sum := 0.0
		for _, part := range corrections.of(i) {
			sum += part
		}
		if want := Probability(logit(0.2) + sum); math.Abs(o.Click-want) > 1e-12 || math.Abs(o.Cart/o.Click-0.5) > 1e-12 || math.Abs(o.Purchase/o.Click-0.2) > 1e-12 {
			t.Errorf("%+v, want clicks of %v", o, want)
		}
	}
}

// distrust trusts nobody whose id ends so.
type distrust string

func (d distrust) Trusted(client string, _ time.Time) bool {
	return !strings.HasSuffix(client, string(d))
}

func TestWhatDoesNotCountIsNotLearnt(t *testing.T) {
	m := newMarket(t, 5, distrust("visitor1"))
	c := m.ranker.Correction()
	untrusted, shown := m.search("shoes")
	c.Observe(untrusted, shown)
	q, served := m.search("shoes")
	c.Observe(q, served)
	foreign, otherSchema := m.search("shoes")
	otherSchema.Schema = "another"
	c.Observe(foreign, otherSchema)
	product := served.Rows[0].Product
	both := func(q catalog.ShopperQuery, product string, change func(*catalog.Event)) {
		for _, action := range []string{catalog.ActionImpression, catalog.ActionClick} {
			e := happened(q, action, product)
			change(&e)
			c.Apply(e)
		}
	}
	as := func(*catalog.Event) {}
	both(untrusted, product, as)
	both(foreign, product, as)
	both(q, "not shown", as)
	both(q, product, func(e *catalog.Event) { e.Doubt = "no impression token" })
	both(q, product, func(e *catalog.Event) { e.ClientID = "somebody else" })
	both(q, product, func(e *catalog.Event) { e.QueryID = "never heard of" })
	both(q, product, func(e *catalog.Event) { e.Action = catalog.ActionPurchase })
	both(q, product, func(e *catalog.Event) { e.Attributes.Object = nil })
	c.Advance(m.now.Add(time.Hour))
	if f := c.Figures(); f.Examples != 0 {
		t.Fatalf("learnt is %+v", f)
	}
	both(q, product, as)
	both(q, product, as) // sent twice
	again := q           // and the same words and product again
	again.ID = "again"
	served.QueryID = "again"
	c.Observe(again, served)
	both(again, product, as)
	if f := c.Figures(); f.Examples != 1 || f.Clicks != 1 {
		t.Errorf("learnt is %+v, want one click", f)
	}
	c.ForgetHash(sha256.Sum256([]byte(q.ClientID)))
	both(q, served.Rows[1].Product, as)
	if f := c.Figures(); f.Examples != 1 || c.answers.Len() != 1 {
		t.Errorf("after its visitor was forgotten: %+v, %d answers", f, c.answers.Len())
	}
}

func TestSearchesAreScoredWhileOthersAreLearnt(t *testing.T) {
	m := newMarket(t, 6, nil)
	m.liking = tastes(6)
	m.shop(300)
	var searching sync.WaitGroup
	done := make(chan struct{})
	searching.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			m.ranker.Correction().Figures()
			q := &retrieval.Query{Text: "navy"}
			ranked, err := m.ranker.Rank(t.Context(), q, m.candidates)
			if err != nil || len(ranked.Explain(3)) == 0 {
				t.Error(err)
				return
			}
		}
	})
	m.shop(50)
	m.ranker.UseCorrected(NewCorrection(Prior(), productsOf(m.candidates), nil))
	m.shop(50)
	close(done)
	searching.Wait()
}

func BenchmarkCorrect(b *testing.B) {
	m := newMarket(b, 7, nil)
	m.liking = tastes(7)
	m.shop(600)
	candidates := randomCandidates(rand.New(rand.NewPCG(8, 8)), 1000)
	scores := make([]float64, len(candidates))
	q := &retrieval.Query{Text: "red dress", Shopper: retrieval.Shopper{Device: retrieval.DeviceMobile}}
	b.ReportAllocs()
	for b.Loop() {
		m.ranker.Correction().correct(q, candidates).add(scores)
	}
}

// An impression and, for one in ten, a click.
func BenchmarkCorrectionLearns(b *testing.B) {
	m := newMarket(b, 9, nil)
	c := m.ranker.Correction()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%len(m.candidates) == 0 {
			b.StopTimer()
			q, served := m.search("shoes")
			c.Observe(q, served)
			c.Advance(m.now)
			b.StartTimer()
		}
		q := catalog.ShopperQuery{ID: fmt.Sprint("q", m.searches), ClientID: fmt.Sprint("visitor", m.searches), Time: m.now}
		product := m.candidates[i%len(m.candidates)].Product.ID
		c.Apply(happened(q, catalog.ActionImpression, product))
		if i%10 == 0 {
			c.Apply(happened(q, catalog.ActionClick, product))
		}
	}
}

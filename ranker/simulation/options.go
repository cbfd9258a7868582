package simulation

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrOptions is wrapped when a shop cannot be simulated with some options or products.
var ErrOptions = errors.New("cannot simulate this shop")

// Limits of Options.
const (
	maxVisitors = 10_000_000
	maxDays     = 366
)

// Options say what is simulated; the zero value is a month of the demo's shop.
type Options struct {
	Seed     uint64        // of the shop, its visitors and all that they do; 0 = 1
	Visitors int           // human visitors, those who come once included; 0 = 20,000
	Days     int           // length; 0 = 30
	Start    time.Time     // midnight of the first day; zero = 2026-10-01 UTC
	Limit    int           // products of a page; 0 = 24
	Batch    time.Duration // simulated time in which the searches of different visits do not see each other's events; 0 = 1 minute
	Bots     *Bots         // nil = none
	Model    *Model        // nil = DefaultModel
	// Chinese gives the Chinese of English words (sample.Chinese); without it nobody searches in Chinese.
	Chinese map[string]string
	// Progress is called now and then by the goroutine that called Run; may be nil.
	Progress func(done, total int)
}

// WithDefaults returns a copy in which what is zero has its default.
func (o Options) WithDefaults() Options {
	if o.Seed == 0 {
		o.Seed = 1
	}
	if o.Visitors == 0 {
		o.Visitors = 20_000
	}
	if o.Days == 0 {
		o.Days = 30
	}
	if o.Start.IsZero() {
		o.Start = time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC)
	}
	if o.Limit == 0 {
		o.Limit = 24
	}
	if o.Batch == 0 {
		o.Batch = time.Minute
	}
	if o.Model == nil {
		model := DefaultModel()
		o.Model = &model
	}
	if o.Bots != nil {
		bots := o.Bots.withDefaults()
		o.Bots = &bots
	}
	return o
}

func (o *Options) validate() error {
	switch {
	case o.Visitors < 2 || o.Visitors > maxVisitors:
		return fmt.Errorf("%w: %d visitors: ask for 2 to %d", ErrOptions, o.Visitors, maxVisitors)
	case o.Days < 1 || o.Days > maxDays:
		return fmt.Errorf("%w: %d days: ask for 1 to %d", ErrOptions, o.Days, maxDays)
	case o.Limit < 1 || o.Limit > 1000:
		return fmt.Errorf("%w: pages of %d products: ask for 1 to 1000", ErrOptions, o.Limit)
	case o.Batch < 0:
		return fmt.Errorf("%w: batches of %s: ask for a length of time that is not negative", ErrOptions, o.Batch)
	case o.Bots != nil && (o.Bots.Share < 0 || o.Bots.Share >= 1):
		return fmt.Errorf("%w: a share of bots of %v: ask for one from 0 to below 1", ErrOptions, o.Bots.Share)
	case o.Bots != nil && !slices.Contains([]BotShape{BotsOne, BotsMany, BotsFresh}, o.Bots.Shape):
		return fmt.Errorf("%w: bots of the shape %q: ask for one, many or fresh", ErrOptions, o.Bots.Shape)
	}
	return nil
}

// Model holds the numbers of MODEL.md, which says where each default comes from. Probabilities lie in [0, 1];
// what adds to a utility is in logits.
type Model struct {
	// Visits.
	NewShare     float64 // of the visits that are by visitors who come once
	MoreVisits   float64 // mean number of visits of a returning visitor beyond two
	MobileShare  float64 // of the visitors
	ChineseShare float64 // of the visitors
	Onwards      float64 // probability of another search in the same visit, of at most MaxSearches
	MaxSearches  int     // of one visit
	GiftShare    float64 // of the visits that are for somebody of the other gender

	// Intents and their words.
	TypeExponent  float64 // of the Zipf distribution over types of products
	AsksShape     float64 // of the intents, where the type has several shapes; so are the next ones
	AsksColour    float64
	AsksPattern   float64
	AsksMaterial  float64
	AsksBrand     float64
	SaysFirst     float64 // probability that the first search says each of what is asked for
	SaysLater     float64 // and those after it
	VagueShare    float64 // of the first searches: said in words that the catalogue may lack
	SaysOwnGender float64

	// Utility of a product that is of the type asked for, in logits.
	Base          float64 // of a product in stock that neither fits nor misfits
	AskedFits     float64 // each of what is asked for, where the product has it
	AskedMisses   float64 // and where it has not
	LikedBrand    float64
	DislikedBrand float64
	LikedColour   float64 // where no colour is asked for
	DislikedHue   float64 // disliked colour, where none is asked for
	LikedStyle    float64
	WrongGender   float64
	PriceWeight   float64 // times the squared distance, in natural logarithms, from the price that is right
	QualitySpread float64 // exponent of the Zipf distribution of hidden popularity
	SoldOut       float64 // factor of the relevance of what cannot be bought

	// Tastes.
	LikedBrands    int
	DislikedBrands int
	LikedColours   int
	DislikedHues   int
	BrandExponent  float64 // of the Zipf distribution of how many like a brand
	PriceSpread    float64 // standard deviation of the logarithm of the price level over visitors

	// Clicks.
	DesktopDecay float64 // η of the examination 1 / position^η
	MobileDecay  float64
	Keen         float64 // probability of a click on what is examined and wholly relevant
	Noise        float64 // and on what is examined and irrelevant, anywhere
	Trust        float64 // and more so at position k, by Trust / k
	Doubt        float64 // standard deviation of a visit's misjudgement of a product, in logits

	// After a click.
	Cart     float64 // probability for what is wholly relevant; proportional to the relevance
	Purchase float64 // probability for a product in the cart at the right price
}

// DefaultModel returns the documented defaults.
func DefaultModel() Model {
	return Model{
		NewShare: 0.35, MoreVisits: 1, MobileShare: 0.6, ChineseShare: 0.1, Onwards: 0.5, MaxSearches: 5, GiftShare: 0.1,
		TypeExponent: 0.7, AsksShape: 0.4, AsksColour: 0.35, AsksPattern: 0.25, AsksMaterial: 0.12, AsksBrand: 0.1,
		SaysFirst: 0.6, SaysLater: 0.85, VagueShare: 0.15, SaysOwnGender: 0.15,
		Base: -1.3, AskedFits: 0.5, AskedMisses: -2, LikedBrand: 1.2, DislikedBrand: -1, LikedColour: 0.7, DislikedHue: -0.7,
		LikedStyle: 0.5, WrongGender: -2.5, PriceWeight: 0.7, QualitySpread: 0.8, SoldOut: 0.3,
		LikedBrands: 3, DislikedBrands: 2, LikedColours: 3, DislikedHues: 2, BrandExponent: 0.5, PriceSpread: 0.4,
		DesktopDecay: 0.6, MobileDecay: 0.9, Keen: 0.55, Noise: 0.01, Trust: 0.05, Doubt: 0.5,
		Cart: 0.2, Purchase: 0.35,
	}
}

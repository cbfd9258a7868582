package web

import (
	"context"
	"crypto/rand"
	"image"
	"log/slog"
	"net/netip"
	"runtime"
	"time"

	"vitrine/catalog"
	"vitrine/retrieval"
	"vitrine/web/tasks"
)

// Searcher answers the searches of pages and API. It must be safe for concurrent use.
type Searcher interface {
	// Search answers q. An error that wraps retrieval.ErrBadQuery is shown to the asker: query or photo are at fault.
	Search(ctx context.Context, q retrieval.Query) (*retrieval.Response, error)
	// Product returns the product of id, or an error that wraps catalog.ErrNotFound.
	Product(ctx context.Context, id string) (catalog.Product, error)
	// Generation names the open index, "" when there is none yet.
	Generation() string
}

// Recommender is a Searcher that also finds products like a given one by an aspect, best first, without that one.
type Recommender interface {
	Similar(ctx context.Context, id string, by retrieval.Aspect, limit int) ([]retrieval.Hit, error)
}

// Options says how the shop presents itself and how much it takes on. The zero value of each field
// stands for the default that is named beside it.
type Options struct {
	Shop     string   // the name in the header; "Vitrine"
	Examples []string // searches to try, offered on the start page; a few that fit most shops

	MaxSearches int           // searches at once, and beside them suggestions at once; two a core
	MaxUploads  int           // bodies with photos read at once, some 25 MB of memory each; 8
	MaxEvents   int           // bodies of events read and written at once, some 5 MB of memory each; 32
	MaxWaiting  int           // requests that may wait for each, further ones get 503; 64
	MaxWait     time.Duration // longest such wait, then 503; 2 s
	Timeout     time.Duration // longest time for one request once it is read; 10 s
	PhotoMemory int           // bytes of uploaded photos kept, oldest use goes first; 64 MB

	// PhotoSize measures an uploaded photo as it is seen, in pixels after EXIF orientation. Without it (nil), pages
	// offer no parts of photos to search by.
	PhotoSize func(ctx context.Context, photo []byte) (image.Point, error)

	// Events keeps what shoppers did. Without it (nil), POST /api/v1/events is not offered, and pages neither send
	// events nor remember anybody.
	Events EventLog
	// Searches keeps what searches were answered with, where it is known who asked; nil = nobody does.
	Searches SearchLog

	TokenKey    []byte // signs impression tokens, 32 secret bytes; random, so that tokens end with the process
	TrustEvents bool   // events come from the shop's own server alone: they need no impression tokens
	Anonymous   bool   // the shop asks before it remembers anybody: pages set no cookie, and each view is a visitor of its own

	// Catalogue takes changes of products; without it (nil) none are taken.
	Catalogue Catalogue
	// PhotoFolder is the absolute folder of the relative photo paths of products that are sent; empty = photos are sent as URLs alone.
	PhotoFolder string
	// Tasks lists long jobs, among them Reindex, which builds the index anew. Without them (nil) they are not offered.
	Tasks   *tasks.List
	Reindex tasks.Work
	// Status tells how the shop stands; without it (nil) nothing is told.
	Status StatusReporter

	// Faults tells at /healthz and /readyz what does not work behind the server; without it (nil) the index and the last search alone are told.
	Faults FaultReporter

	// Ranker tells at /metrics whether the ranker's model still fits; without it (nil) nothing is told.
	Ranker RankerHealth
	// Shoppers tells at /metrics what is remembered and learnt of what shoppers do; without it (nil) nothing is told.
	Shoppers ShopperHealth

	// Keys are the keys of the API; without them (nil) programs of this machine alone may change something.
	Keys    Keys
	Private bool // searches and pages need a key, too
	// Proxies are the reverse proxies whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
	// CORS are the origins, such as https://shop.example, whose pages may search and send events.
	CORS []string
	// KeyRate and AddressRate are the requests a second that a key, and an address without one, may send; five seconds of
	// them at once. 0 = any number. An address of this machine may send any number.
	KeyRate, AddressRate float64

	Tracer      Tracer       // spans of requests and searches; none
	Logger      *slog.Logger // requests, at level debug, and failures, without a word of the asker; silent
	LogRequests bool         // requests at level info
}

// WithDefaults returns a copy in which what is zero has its default.
func (o Options) WithDefaults() Options {
	if o.Shop == "" {
		o.Shop = "Vitrine"
	}
	if o.Examples == nil {
		o.Examples = []string{"red shoes", "blue striped dress", "wooden lamp", "leather bag", "红色连衣裙"}
	}
	if o.MaxSearches == 0 {
		o.MaxSearches = 2 * runtime.GOMAXPROCS(0)
	}
	if o.MaxUploads == 0 {
		o.MaxUploads = 8
	}
	if o.MaxEvents == 0 {
		o.MaxEvents = 32
	}
	if o.MaxWaiting == 0 {
		o.MaxWaiting = 64
	}
	if o.MaxWait == 0 {
		o.MaxWait = 2 * time.Second
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.PhotoMemory == 0 {
		o.PhotoMemory = 64 << 20
	}
	if len(o.TokenKey) == 0 {
		o.TokenKey = make([]byte, tokenKeyBytes)
		_, _ = rand.Read(o.TokenKey) // never fails
	}
	if o.Tracer == nil {
		o.Tracer = untraced{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

package fetch

import (
	"net/netip"
	"time"
)

// Options are the limits of a Fetcher; a zero field stands for its default.
type Options struct {
	// Dir is the folder that keeps what was fetched; empty = nothing is kept. It is made when it is first written to.
	Dir string
	// CacheBytes is the size of Dir beyond which the photos that were asked for longest ago are removed; 4 GiB.
	CacheBytes int64
	// Fresh is how long a photo that is kept is taken as it is; 7 days. After that the server is asked whether it changed.
	Fresh time.Duration

	AtOnce  int // requests under way, and photos in visitors' hands; 16
	PerHost int // of those, requests to one host; 4
	Tries   int // requests for one photo that fails in a way that may pass; 4

	Pause    time.Duration // before the second try, half of it to one and a half times it; doubled before each further one; 500 ms
	MaxPause time.Duration // the longest pause that a host may ask for and have in this run; 30 s
	Timeout  time.Duration // of one request, redirects and body included; 10 s

	// AllowAddr says which addresses may be connected to; PublicAddr.
	AllowAddr func(netip.Addr) bool
	// Now is the clock; time.Now.
	Now func() time.Time
}

// WithDefaults returns a copy in which what is zero has its default.
func (o Options) WithDefaults() Options {
	if o.CacheBytes == 0 {
		o.CacheBytes = 4 << 30
	}
	if o.Fresh == 0 {
		o.Fresh = 7 * 24 * time.Hour
	}
	if o.AtOnce == 0 {
		o.AtOnce = 16
	}
	if o.PerHost == 0 {
		o.PerHost = 4
	}
	if o.Tries == 0 {
		o.Tries = 4
	}
	if o.Pause == 0 {
		o.Pause = 500 * time.Millisecond
	}
	if o.MaxPause == 0 {
		o.MaxPause = 30 * time.Second
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.AllowAddr == nil {
		o.AllowAddr = PublicAddr
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

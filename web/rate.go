package web

import (
	"math"
	"strconv"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

const (
	// maxRateClients is how many clients are remembered, some 10 MB; the one that asked least recently goes first and
	// has its whole burst again.
	maxRateClients = 1 << 16
	rateBurst      = 5 // seconds of a rate that may come at once
)

// rateLimit allows each client a number of requests a second, and bursts. nil allows any.
type rateLimit struct {
	limit   rate.Limit
	burst   int
	clients *lru.Cache[string, *rate.Limiter]
}

// newRateLimit returns nil, no limit, where perSecond is 0.
func newRateLimit(perSecond float64) *rateLimit {
	if !(perSecond > 0) {
		return nil
	}
	clients, _ := lru.New[string, *rate.Limiter](maxRateClients) // fails on a size below 1 alone
	return &rateLimit{limit: rate.Limit(perSecond), burst: int(math.Ceil(perSecond * rateBurst)), clients: clients}
}

// take counts a request of a client, or returns how long it is to wait before the next; such a request is not counted.
func (l *rateLimit) take(client string, now time.Time) time.Duration {
	if l == nil {
		return 0
	}
	limiter, known := l.clients.Get(client)
	if !known {
		limiter = rate.NewLimiter(l.limit, l.burst)
		if other, known, _ := l.clients.PeekOrAdd(client, limiter); known {
			limiter = other
		}
	}
	reservation := limiter.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

// wholeSeconds is a Retry-After, at least 1.
func wholeSeconds(wait time.Duration) string {
	return strconv.Itoa(max(1, int(math.Ceil(wait.Seconds()))))
}

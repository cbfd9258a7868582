package fetch

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/sync/errgroup"
)

// hostsAtOnce bounds the goroutines of Each; the requests have bounds of their own.
const hostsAtOnce = 64

// Fetcher fetches photos. What it learns of a host holds for as long as the Fetcher is used.
type Fetcher struct {
	Options
	client *http.Client
	cache  *cache
	hosts  map[string]*host
	slots  chan struct{} // one for each request, and for each photo until its visitor is done with it
}

// New returns a Fetcher, which must be closed.
func New(opts Options) *Fetcher {
	opts = opts.WithDefaults()
	return &Fetcher{
		Options: opts,
		client:  newClient(opts),
		cache:   &cache{dir: opts.Dir, limit: opts.CacheBytes, now: opts.Now},
		hosts:   make(map[string]*host),
		slots:   make(chan struct{}, opts.AtOnce),
	}
}

// Close ends the connections that are kept open.
func (f *Fetcher) Close() { f.client.CloseIdleConnections() }

// Wanted is a photo to fetch.
type Wanted struct {
	URL     string
	Recheck bool // the server is asked even if a copy is fresh
}

// Stale reports whether there is a copy of a photo so old that its server would be asked whether it changed.
func (f *Fetcher) Stale(url string) bool {
	known := f.cache.find(url)
	return known != nil && !f.fresh(known)
}

func (f *Fetcher) fresh(known *entry) bool {
	age := f.Now().Sub(known.checked)
	return age >= 0 && age < f.Fresh
}

// Each fetches the photos, hosts side by side, and calls visit for each of them once, in no order and from several
// goroutines: with its encoded bytes, or with the *Failure that says why there are none. Each ends with the first error of
// a visitor, or when ctx does. A URL that is wanted twice is fetched twice.
func (f *Fetcher) Each(ctx context.Context, wanted []Wanted, visit func(i int, photo []byte, err error) error) error {
	var names []string
	ofHost := make(map[string][]int)
	for i, w := range wanted {
		name := hostOf(w.URL)
		if ofHost[name] == nil {
			names = append(names, name)
		}
		ofHost[name] = append(ofHost[name], i)
		if f.hosts[name] == nil {
			f.hosts[name] = &host{}
		}
	}
	all, within := errgroup.WithContext(ctx)
	all.SetLimit(hostsAtOnce)
	for _, name := range names {
		from := f.hosts[name]
		all.Go(func() error {
			group, within := errgroup.WithContext(within)
			group.SetLimit(f.PerHost)
			for _, i := range ofHost[name] {
				if within.Err() != nil {
					break
				}
				group.Go(func() error {
					return f.one(within, from, wanted[i], func(photo []byte, err error) error { return visit(i, photo, err) })
				})
			}
			return group.Wait()
		})
	}
	if err := all.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// hostOf is the server of a URL, as far as it names one.
func hostOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(parsed.Host)
}

// one fetches one photo, several times if need be.
func (f *Fetcher) one(ctx context.Context, from *host, w Wanted, visit func([]byte, error) error) error {
	known := f.cache.find(w.URL)
	if known != nil && !w.Recheck && f.fresh(known) {
		if done, err := f.visitCopy(ctx, known, visit); done || err != nil {
			return err
		}
		known = nil // it is damaged
	}
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.Multiplier = f.Pause, 2
	asked := false
	try := func() (struct{}, error) {
		err := f.try(ctx, from, w.URL, known, visit)
		var failure *Failure
		asked = asked || errors.As(err, &failure) && failure.Asked
		return struct{}{}, err
	}
	_, err := backoff.Retry(ctx, try, backoff.WithBackOff(pauses), backoff.WithMaxTries(uint(f.Tries)), backoff.WithMaxElapsedTime(0))
	var failure *Failure
	if ctx.Err() != nil || !errors.As(err, &failure) {
		return cmp.Or(ctx.Err(), err)
	}
	failure.Asked = asked
	if known != nil && !w.Recheck && failure.Temporary() { // an old copy is better than none
		if done, err := f.visitCopy(ctx, known, visit); done || err != nil {
			return err
		}
	}
	return visit(nil, failure)
}

// try asks once. Errors that no further try can change are permanent ones of package backoff, those of the visitor among them.
func (f *Fetcher) try(ctx context.Context, from *host, url string, known *entry, visit func([]byte, error) error) error {
	if err := from.wait(ctx, url, &f.Options); err != nil {
		return backoff.Permanent(err)
	}
	leave, err := f.enter(ctx)
	if err != nil {
		return backoff.Permanent(err)
	}
	defer leave()
	var copied []byte
	if known != nil {
		if copied = f.cache.read(known); copied == nil {
			known = nil
		}
	}
	answered, err := f.ask(ctx, url, known)
	var failure *Failure
	if err != nil && !errors.As(err, &failure) {
		return backoff.Permanent(err)
	}
	if from.answered(failure, f.Now()); failure != nil {
		if failure.Temporary() {
			return failure
		}
		return backoff.Permanent(failure)
	}
	if answered.photo == nil {
		f.cache.confirm(known)
		answered.photo = copied
	} else {
		f.cache.put(url, answered)
	}
	if err := visit(answered.photo, nil); err != nil {
		return backoff.Permanent(err)
	}
	return nil
}

// visitCopy hands the visitor what is kept, and says whether there was something to hand.
func (f *Fetcher) visitCopy(ctx context.Context, known *entry, visit func([]byte, error) error) (done bool, err error) {
	leave, err := f.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	photo := f.cache.read(known)
	if photo == nil {
		return false, nil
	}
	return true, visit(photo, nil)
}

// enter waits for a slot.
func (f *Fetcher) enter(ctx context.Context) (leave func(), err error) {
	select {
	case f.slots <- struct{}{}:
		return func() { <-f.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

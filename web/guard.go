package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"vitrine/catalog"
)

// Keys are the keys of the API. They must be safe for concurrent use, and up to date: what was revoked does not count.
type Keys interface {
	// Keyed reports whether the shop has ever had a key.
	Keyed(ctx context.Context) (bool, error)
	// KeyOf returns the key whose text this is, or an error that wraps catalog.ErrKeyUnknown, ErrKeyExpired or ErrKeyRevoked.
	KeyOf(ctx context.Context, text string) (catalog.Key, error)
}

// guarded lets next answer those requests that a rule allows, no faster than the rate limits.
func (s *site) guarded(rule access, next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := s.checkOrigin(r, rule); err != nil {
			return s.refuse(w, rule, err)
		}
		key, fault := s.keyOf(r)
		if err := s.checkRate(w, r, rule, key); err != nil {
			return s.refuse(w, rule, err)
		}
		if err := s.checkAccess(r, rule, key, fault); err != nil {
			return s.refuse(w, rule, err)
		}
		return next(w, r)
	}
}

// mayInspect tells who may not see why results stand where they stand the reason.
func (s *site) mayInspect(r *http.Request) error {
	key, fault := s.keyOf(r)
	return s.checkAccess(r, inspecting, key, fault)
}

// keyOf is the key of a request, nil without one. What else an Authorization header may hold is not ours. The error is of
// no account where no key is needed: it may be another server's token, which a proxy has left there.
func (s *site) keyOf(r *http.Request) (*catalog.Key, error) {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, nil
	}
	if s.opts.Keys == nil {
		return nil, catalog.ErrKeyUnknown
	}
	key, err := s.opts.Keys.KeyOf(r.Context(), strings.TrimSpace(text))
	if err != nil {
		return nil, err
	}
	return &key, nil
}

// checkAccess tells why a rule does not allow a request with a key, or with a fault of one.
func (s *site) checkAccess(r *http.Request, rule access, key *catalog.Key, fault error) error {
	switch {
	case rule.keyed == nobody:
		return fmt.Errorf("%s %s has no entry in the table of access", r.Method, r.Pattern)
	case rule.keyed == anyone, rule.keyed == shoppers && !s.opts.Private, key != nil && key.Has(rule.scope...):
		return nil
	case key != nil:
		return errKeyScope
	}
	keyed, err := s.keyed(r.Context())
	switch {
	case err != nil:
		return err
	case !keyed && (rule.alone == anyone || rule.alone == thisMachine && fromThisMachine(r)):
		return nil
	case !keyed:
		return errElsewhere
	case fault != nil:
		return fault
	case rule.keyed == thisMachine && fromThisMachine(r):
		return nil
	}
	return errKeyNeeded
}

func (s *site) keyed(ctx context.Context) (bool, error) {
	if s.opts.Keys == nil {
		return false, nil
	}
	return s.opts.Keys.Keyed(ctx)
}

// checkOrigin refuses requests that would change something and that a browser sends for another site's page, except
// where a rule and Options.CORS let that site ask. Programs other than browsers are let through.
func (s *site) checkOrigin(r *http.Request, rule access) error {
	protection := s.ownOrigin
	if rule.cross {
		protection = s.namedOrigins
	}
	if protection.Check(r) != nil {
		return errOrigin
	}
	return nil
}

// refuse counts what was refused, and tells a program in the header what to do about it (RFC 6750, section 3).
func (s *site) refuse(w http.ResponseWriter, rule access, err error) error {
	challenge := `Bearer realm="vitrine"`
	p := problemOf(err)
	switch {
	case errors.Is(err, errKeyScope):
		var words []string
		for _, scope := range rule.scope {
			words = append(words, string(scope))
		}
		w.Header().Set("WWW-Authenticate", challenge+`, error="insufficient_scope", scope="`+strings.Join(words, " ")+`"`)
	case errors.Is(err, errKeyNeeded):
		w.Header().Set("WWW-Authenticate", challenge)
	case p.Status == http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", challenge+`, error="invalid_token"`)
	}
	s.metrics.refused(p.code())
	return err
}

// checkRate takes one request from what a key, or else an address, may ask for. A refusal says in the header when to
// come again.
func (s *site) checkRate(w http.ResponseWriter, r *http.Request, rule access, key *catalog.Key) error {
	if rule.free {
		return nil
	}
	wait := time.Duration(0)
	if key != nil {
		wait = s.keyRate.take(key.ID, time.Now())
	} else if address := clientAddress(r, s.opts.Proxies); !address.IsLoopback() { // this machine, or a proxy that hides who asks
		wait = s.addressRate.take(network(address), time.Now())
	}
	if wait == 0 {
		return nil
	}
	w.Header().Set("Retry-After", wholeSeconds(wait))
	return errTooMany
}

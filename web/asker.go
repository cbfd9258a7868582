package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"vitrine/retrieval"
)

const (
	visitorCookie  = "vitrine_visitor"  // a random id
	personalCookie = "vitrine_personal" // personalOff or absent
	personalOff    = "off"
	cookieAge      = 400 * 24 * time.Hour // the longest that browsers keep one
	maxAskerID     = 100                  // characters, as of the ids of events
)

// asker is who a search comes from.
type asker struct {
	Client     string // client_id of their events; "" = unknown
	User       string
	Device     retrieval.Device
	Passing    bool // Client is of this page view alone, and nothing is remembered
	Impersonal bool // they switched off that what they did orders their results
	Inspects   bool // they may see why results stand where they stand
}

// shopper is what the engine may know of a: nobody, where they want no results of their own.
func (a asker) shopper() retrieval.Shopper {
	if a.Impersonal {
		return retrieval.Shopper{Device: a.Device}
	}
	return retrieval.Shopper{Visitor: a.Client, User: a.User, Device: a.Device}
}

// parseAsker reads the parameters client_id, user_id and device of the API. Errors wrap errRequest.
func parseAsker(v url.Values) (asker, error) {
	return newAsker(v.Get("client_id"), v.Get("user_id"), v.Get("device"))
}

func newAsker(client, user, device string) (asker, error) {
	err := errors.Join(checkAskerID("client_id", client), checkAskerID("user_id", user))
	switch d := retrieval.Device(device); d {
	case "", retrieval.DeviceDesktop, retrieval.DeviceMobile, retrieval.DeviceTablet:
	default:
		err = errors.Join(err, fmt.Errorf("device is %q: use desktop, mobile or tablet", device))
	}
	if err != nil {
		return asker{}, fmt.Errorf("%w: %w", errRequest, err)
	}
	return asker{Client: client, User: user, Device: retrieval.Device(device)}, nil
}

// checkAskerID takes what an event may have as the same member, and nothing.
func checkAskerID(name, id string) error {
	switch {
	case !utf8.ValidString(id):
		return fmt.Errorf("%s is not UTF-8", name)
	case utf8.RuneCountInString(id) > maxAskerID:
		return fmt.Errorf("%s has %d characters, the limit is %d", name, utf8.RuneCountInString(id), maxAskerID)
	case strings.ContainsFunc(id, unicode.IsControl):
		return fmt.Errorf("%s contains a line end or another control character", name)
	}
	return nil
}

// visitor is who looks at a page. Who is not known yet gets an id in a cookie or, where nothing may be remembered, one
// for this page view.
func (s *site) visitor(w http.ResponseWriter, r *http.Request) asker {
	a := asker{Device: deviceOf(r.Header)}
	switch {
	case s.opts.Events == nil: // nobody sends events, so there is nobody to tell from others
		return a
	case s.passing(r):
		a.Client, a.Passing = rand.Text(), true
		return a
	}
	if a.Client = rememberedVisitor(r); a.Client == "" {
		a.Client = rand.Text()
		setCookie(w, r, visitorCookie, a.Client)
	}
	a.Impersonal = impersonal(r)
	return a
}

// passing reports whether nothing may be remembered of who sent r: the shop asks first, or the browser said no
// (Global Privacy Control, Do Not Track).
func (s *site) passing(r *http.Request) bool {
	return s.opts.Anonymous || r.Header.Get("Sec-GPC") == "1" || r.Header.Get("DNT") == "1"
}

// randomID is what rand.Text makes: the ids of visitors and of queries.
var randomID = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// rememberedVisitor is the id in the cookie, "" when there is none of ours.
func rememberedVisitor(r *http.Request) string {
	cookie, err := r.Cookie(visitorCookie)
	if err != nil || !randomID.MatchString(cookie.Value) {
		return ""
	}
	return cookie.Value
}

func impersonal(r *http.Request) bool {
	cookie, err := r.Cookie(personalCookie)
	return err == nil && cookie.Value == personalOff
}

// setCookie sets a cookie of the pages; the empty value deletes it.
func setCookie(w http.ResponseWriter, r *http.Request, name, value string) {
	age := int(cookieAge.Seconds())
	if value == "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https", // the proxy speaks TLS, and only makes it stricter
	})
}

// deviceOf guesses the kind of screen from what a browser says of itself; "" = unknown.
func deviceOf(h http.Header) retrieval.Device {
	agent := h.Get("User-Agent")
	says := func(some ...string) bool {
		for _, word := range some {
			if strings.Contains(agent, word) {
				return true
			}
		}
		return false
	}
	switch {
	case says("iPad", "Tablet") || says("Android") && !says("Mobile"):
		return retrieval.DeviceTablet
	case h.Get("Sec-CH-UA-Mobile") == "?1" || says("Mobi"):
		return retrieval.DeviceMobile
	case h.Get("Sec-CH-UA-Mobile") == "?0" || says("Windows NT", "Macintosh", "X11"):
		return retrieval.DeviceDesktop
	}
	return ""
}

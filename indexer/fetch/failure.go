package fetch

import (
	"fmt"
	"net/http"
	"time"

	"vitrine/catalog"
)

// Kind is a kind of reason why a photo could not be had.
type Kind string

// The kinds. The first three may pass.
const (
	KindBusy    Kind = "busy"    // 429, 503, or a pause that the host asked for
	KindServer  Kind = "server"  // another failure of the server
	KindNetwork Kind = "network" // no connection, or no whole answer in time
	KindMissing Kind = "missing" // 404, 410
	KindRefused Kind = "refused" // another answer than a photo
	KindAddress Kind = "address" // a URL, a redirect or an address that is not followed
	KindType    Kind = "type"    // what came is no JPEG, PNG, GIF or WebP
	KindSize    Kind = "size"    // it is too large
)

// Failure is why a photo could not be had. It wraps catalog.ErrNoPhoto.
type Failure struct {
	URL    string
	Kind   Kind
	Status int           // of HTTP; 0 = there was no answer
	After  time.Duration // for which the host asked not to be asked again; 0 = it did not say
	Asked  bool          // false where the host was left alone
	Err    error
}

// Temporary reports whether the photo may be had later without anybody doing anything about it.
func (f *Failure) Temporary() bool {
	return f.Kind == KindBusy || f.Kind == KindServer || f.Kind == KindNetwork
}

func (f *Failure) Error() string {
	return fmt.Sprintf("%v: fetch %s: %v", catalog.ErrNoPhoto, f.URL, f.Err)
}

// Unwrap makes a Failure a catalog.ErrNoPhoto beside its own cause.
func (f *Failure) Unwrap() []error { return []error{catalog.ErrNoPhoto, f.Err} }

// kindOf is the kind of an answer that is no photo.
func kindOf(status int) Kind {
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return KindBusy
	case http.StatusNotFound, http.StatusGone:
		return KindMissing
	case http.StatusRequestTimeout, http.StatusTooEarly:
		return KindServer
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return KindRefused
	}
	if status >= 500 {
		return KindServer
	}
	return KindRefused
}

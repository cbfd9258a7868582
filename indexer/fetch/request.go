package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"vitrine/catalog"
)

const maxRedirects = 3

// photoTypes are the kinds of photos that encoders read.
var photoTypes = []string{"image/jpeg", "image/png", "image/gif", "image/webp"}

func newClient(o Options) *http.Client {
	dialer := &net.Dialer{Timeout: o.Timeout, Control: controlAddress(o.AllowAddr)}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  nil, // one from the environment would connect for us, past the check
			DialContext:            dialer.DialContext,
			ForceAttemptHTTP2:      true,
			MaxConnsPerHost:        o.PerHost, // also of a host that many others redirect to
			MaxResponseHeaderBytes: 64 << 10,
			TLSHandshakeTimeout:    o.Timeout,
			DisableCompression:     true, // photos are compressed already
		},
		Timeout: o.Timeout,
		CheckRedirect: func(to *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return refusal(fmt.Sprintf("it redirects more than %d times", maxRedirects))
			}
			return checkScheme(to.URL.Scheme)
		},
	}
}

// answer is what a server said of a photo.
type answer struct {
	photo          []byte // nil = unchanged since what the validators stand for
	etag, modified string // validators of the photo, for the next time
}

// ask sends one request for a photo, on condition that it is another than that of known (nil = none). The error is
// a *Failure, or that of ctx.
func (f *Fetcher) ask(ctx context.Context, url string, known *entry) (*answer, error) {
	fail := func(kind Kind, status int, err error) error {
		return &Failure{URL: url, Kind: kind, Status: status, Asked: true, Err: err}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err == nil {
		err = checkScheme(strings.ToLower(request.URL.Scheme))
	}
	if err != nil {
		return nil, fail(KindAddress, 0, err)
	}
	request.Header.Set("User-Agent", "vitrine")
	request.Header.Set("Accept", "image/*")
	if known != nil && known.ETag != "" {
		request.Header.Set("If-None-Match", known.ETag)
	}
	if known != nil && known.Modified != "" {
		request.Header.Set("If-Modified-Since", known.Modified)
	}
	response, err := f.client.Do(request)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var refused refusal
	if errors.As(err, &refused) {
		return nil, fail(KindAddress, 0, refused)
	}
	if err != nil {
		return nil, fail(KindNetwork, 0, err)
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusNotModified && known != nil:
		return &answer{etag: known.ETag, modified: known.Modified}, nil
	case response.StatusCode != http.StatusOK:
		failure := &Failure{URL: url, Kind: kindOf(response.StatusCode), Status: response.StatusCode, Asked: true}
		failure.Err = fmt.Errorf("the server answered %q", response.Status)
		failure.After = retryAfter(response.Header.Get("Retry-After"), f.Now())
		return nil, failure
	}
	photo, kind, err := readPhoto(response)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fail(kind, response.StatusCode, err)
	}
	return &answer{photo, response.Header.Get("ETag"), response.Header.Get("Last-Modified")}, nil
}

// readPhoto returns the encoded bytes, 1 to catalog.MaxPhotoBytes of them, of something that begins like a photo.
func readPhoto(response *http.Response) ([]byte, Kind, error) {
	tooLarge := fmt.Errorf("it is larger than %d MB: make it smaller", catalog.MaxPhotoBytes>>20)
	if response.ContentLength > catalog.MaxPhotoBytes {
		return nil, KindSize, tooLarge
	}
	photo, err := io.ReadAll(io.LimitReader(response.Body, catalog.MaxPhotoBytes+1))
	switch {
	case err != nil:
		return nil, KindNetwork, err
	case len(photo) == 0:
		return nil, KindType, errors.New("the server sent nothing")
	case len(photo) > catalog.MaxPhotoBytes:
		return nil, KindSize, tooLarge
	}
	if kind := http.DetectContentType(photo); !slices.Contains(photoTypes, kind) {
		return nil, KindType, fmt.Errorf("the server sent %s: a photo is JPEG, PNG, GIF or WebP", kind)
	}
	return photo, "", nil
}

// retryAfter is what a Retry-After header asks for (RFC 9110, section 10.2.3); 0 where it asks for nothing.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"vitrine/catalog"
	"vitrine/retrieval"
	"vitrine/web/tasks"
)

// The errors of this room; the table below says what becomes of each.
var (
	errRequest       = errors.New("the request cannot be understood")
	errPhotoKind     = errors.New("send a JPEG, PNG, GIF or WebP file")
	errNoPhoto       = errors.New("choose a file, drop a photo on the page, or paste one")
	errPhotoTooLarge = errors.New("the photo is larger than 10 MB, or all photos together are: make it smaller")
	errPhotoGone     = errors.New("photos are kept for a short while, and this one no longer is: upload it again")
	errBodyTooLarge  = errors.New("the request is too large")
	errBodyKind      = errors.New("send the search as application/json or multipart/form-data")
	errEventsKind    = errors.New("send the events as application/json or application/x-ndjson")
	errProductsKind  = errors.New("send the products as application/x-ndjson or application/json")
	errNoRoute       = errors.New("nothing lies at this address")
	errMethod        = errors.New("this address does not take that method")
	errMoved         = errors.New("the result no longer stands at this rank, since the order has changed: search again")
	errNotOffered    = errors.New("this server does not offer that")
	errElsewhere     = errors.New("without keys, the catalogue is changed and watched from the server's own machine only: ask http://localhost, not a proxy before it, or make a key with vitrine keys create")
	errKeyNeeded     = errors.New("send a key of this shop: Authorization: Bearer KEY")
	errKeyScope      = errors.New("the key is good for other things: make one with the scope that WWW-Authenticate names")
	errTooMany       = errors.New("too many requests of one client: wait as long as Retry-After says")
	errOrigin        = errors.New("the request came from a page of another site")
	errHost          = errors.New("the Host header does not name this server: use localhost, or start the server with --host NAME")
	errBusy          = errors.New("too many requests at once: try again in a moment")
	errNotReady      = errors.New("there is no index yet: build one with vitrine index")
)

// problemTable maps errors to statuses; the first that matches counts. Texts of an error with a
// status below 500 reach the asker, others are logged and replaced by the title.
var problemTable = []struct {
	err    error
	status int
	code   string
	title  string
}{
	{errPhotoTooLarge, http.StatusRequestEntityTooLarge, "photo-too-large", "The photo is too large"},
	{errBodyTooLarge, http.StatusRequestEntityTooLarge, "too-large", "The request is too large"},
	{errPhotoKind, http.StatusUnsupportedMediaType, "photo-kind", "The file is not a photo that can be used"},
	{errBodyKind, http.StatusUnsupportedMediaType, "body-kind", "The request has an unknown form"},
	{errEventsKind, http.StatusUnsupportedMediaType, "body-kind", "The request has an unknown form"},
	{errProductsKind, http.StatusUnsupportedMediaType, "body-kind", "The request has an unknown form"},
	{errPhotoGone, http.StatusGone, "photo-gone", "The photo is needed again"},
	{retrieval.ErrCursorGone, http.StatusGone, "cursor-gone", "The search must be begun again"},
	{errNoPhoto, http.StatusBadRequest, "no-photo", "No photo was chosen"},
	{errRequest, http.StatusBadRequest, "bad-request", "The request cannot be understood"},
	{retrieval.ErrBadQuery, http.StatusBadRequest, "bad-query", "This search cannot be run"},
	{catalog.ErrNotFound, http.StatusNotFound, "no-product", "There is no such product"},
	{tasks.ErrNotFound, http.StatusNotFound, "no-task", "There is no such task"},
	{catalog.ErrNoPhoto, http.StatusNotFound, "no-image", "There is no such image"},
	{errMoved, http.StatusNotFound, "moved", "The result has moved"},
	{errNoRoute, http.StatusNotFound, "not-found", "There is nothing here"},
	{errNotOffered, http.StatusNotFound, "not-offered", "Not offered here"},
	{errMethod, http.StatusMethodNotAllowed, "method", "Method not allowed"},
	{errKeyNeeded, http.StatusUnauthorized, "key-needed", "A key is needed"},
	{catalog.ErrKeyUnknown, http.StatusUnauthorized, "key-unknown", "The key is not known"},
	{catalog.ErrKeyExpired, http.StatusUnauthorized, "key-expired", "The key has expired"},
	{catalog.ErrKeyRevoked, http.StatusUnauthorized, "key-revoked", "The key was revoked"},
	{errKeyScope, http.StatusForbidden, "key-scope", "The key is not good for this"},
	{errTooMany, http.StatusTooManyRequests, "too-many", "Too many requests: slow down"},
	{errElsewhere, http.StatusForbidden, "elsewhere", "Refused"},
	{errOrigin, http.StatusForbidden, "origin", "Refused"},
	{errHost, http.StatusMisdirectedRequest, "host", "Unknown host"},
	{errBusy, http.StatusServiceUnavailable, "busy", "Too many requests at once: try again in a moment"},
	{catalog.ErrBusy, http.StatusServiceUnavailable, "busy", "The catalogue is being written to: try again in a moment"},
	{ErrStoredOnly, http.StatusServiceUnavailable, "stored-only", "Stored, and searched when the index has been built"},
	{errNotReady, http.StatusServiceUnavailable, "not-ready", "There is no index yet: build one with vitrine index"},
	{retrieval.ErrAllLegsFailed, http.StatusServiceUnavailable, "search-failed", "The search could not be run: try again in a moment"},
	{context.DeadlineExceeded, http.StatusGatewayTimeout, "timeout", "The request took too long: try again in a moment"},
	{context.Canceled, statusClientGone, "cancelled", "The request was given up"},
}

// statusClientGone is what is recorded for a request whose client did not wait; nobody reads the answer.
const statusClientGone = 499

const retryAfterSeconds = 1

// problem is an error as the asker sees it: application/problem+json (RFC 9457) or a page.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`

	RequestID string `json:"request_id,omitempty"` // as in the answer's header and in the log
}

const problemPrefix = "urn:vitrine:problem:"

// code is the stable name of the problem's kind.
func (p problem) code() string { return strings.TrimPrefix(p.Type, problemPrefix) }

func problemOf(err error) problem {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		err = errBodyTooLarge
	}
	for _, row := range problemTable {
		if errors.Is(err, row.err) {
			return newProblem(row.status, row.code, row.title, err)
		}
	}
	return newProblem(http.StatusInternalServerError, "internal", "Something went wrong on our side", err)
}

func newProblem(status int, code, title string, err error) problem {
	p := problem{Type: problemPrefix + code, Title: title, Status: status}
	if text := detail(err); status < 500 && text != title+"." {
		p.Detail = text
	}
	return p
}

// detail is the text of err as a sentence, less the sentinels at its front that the title says already.
func detail(err error) string {
	text := err.Error()
	for _, sentinel := range []error{errRequest, retrieval.ErrBadQuery} {
		text = strings.TrimPrefix(text, sentinel.Error()+": ")
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:] + "."
}

func (p problem) header(w http.ResponseWriter) {
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfterSeconds))
	}
	w.Header().Set("Cache-Control", "no-store")
}

func (p problem) writeJSON(w http.ResponseWriter) {
	p.header(w)
	p.RequestID = w.Header().Get(requestIDHeader)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client may have gone
}

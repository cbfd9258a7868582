package web

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"vitrine/retrieval"
)

// logRequest writes a line of a request that was answered: nothing in it is the asker's but the request's id.
func (s *site) logRequest(r *http.Request, rt route, w *recorder, elapsed time.Duration) {
	level := slog.LevelDebug
	if s.opts.LogRequests {
		level = slog.LevelInfo
	}
	s.opts.Logger.LogAttrs(r.Context(), level, "request",
		slog.String("id", requestID(r.Context())), slog.String("method", r.Method), slog.String("route", rt.path),
		slog.Int("status", w.code()), slog.Float64("duration_ms", float64(elapsed.Microseconds())/1000), slog.Int64("bytes", w.bytes))
}

// logFailure writes a line of a request that this side could not answer, with the cause less what the asker wrote.
func (s *site) logFailure(r *http.Request, route string, status int, err error) {
	s.opts.Logger.LogAttrs(r.Context(), slog.LevelError, "request failed",
		slog.String("id", requestID(r.Context())), slog.String("route", route), slog.Int("status", status),
		slog.String("error", withoutWords(err.Error(), append(wordsOfRequest(r, route), spoken(r.Context())...))))
}

// speech collects what an asker wrote in the body of a request: what is no part of its address or header.
type speech struct {
	mu    sync.Mutex
	words []string
}

type speechKey struct{}

func listenTo(ctx context.Context) context.Context {
	return context.WithValue(ctx, speechKey{}, &speech{})
}

// heard notes what a search was asked for.
func heard(ctx context.Context, q *retrieval.Query) {
	noted, ok := ctx.Value(speechKey{}).(*speech)
	if !ok {
		return
	}
	noted.mu.Lock()
	defer noted.mu.Unlock()
	noted.words = append(noted.words, q.Text, q.Shopper.Visitor, q.Shopper.User)
	for _, filter := range q.Filters {
		noted.words = append(noted.words, filter.Values...)
	}
}

func spoken(ctx context.Context) []string {
	noted, ok := ctx.Value(speechKey{}).(*speech)
	if !ok {
		return nil
	}
	noted.mu.Lock()
	defer noted.mu.Unlock()
	return noted.words
}

// privateHeaders say who asks, from where, or with which key.
var privateHeaders = []string{"Authorization", "Cookie", "Forwarded", "Referer", "User-Agent", "X-Api-Key", "X-Forwarded-For", "X-Real-Ip"}

// wordsOfRequest are the words of the asker in the address and the header of a request, and where it comes from.
func wordsOfRequest(r *http.Request, route string) []string {
	words := []string{r.RemoteAddr}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		words = append(words, host)
	}
	for _, values := range r.URL.Query() {
		words = append(words, values...)
	}
	for segment := range strings.SplitSeq(r.URL.Path, "/") {
		if !strings.Contains(route+"/", "/"+segment+"/") {
			words = append(words, segment)
		}
	}
	for _, name := range privateHeaders {
		for _, value := range r.Header.Values(name) {
			words = append(words, strings.FieldsFunc(value, func(c rune) bool { return strings.ContainsRune("=;, ", c) })...)
		}
	}
	return words
}

// shortestWord is the least number of bytes of a word that is looked for; below it is as good as no word.
const shortestWord = 3

// withoutWords returns text with … for each word of the asker, in whatever case.
func withoutWords(text string, of []string) string {
	var words []string
	for _, value := range of {
		for _, word := range append(strings.Fields(value), value) {
			if len(word) >= shortestWord {
				words = append(words, regexp.QuoteMeta(word))
			}
		}
	}
	if len(words) == 0 {
		return text
	}
	return regexp.MustCompile(`(?i)`+strings.Join(words, "|")).ReplaceAllString(text, "…")
}

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
	"unicode"

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
		slog.String("error", redacted(err.Error(), append(wordsOfRequest(r, route), redactionsOf(r.Context())...))))
}

// redactions are words of an asker that stand neither in the address nor in the header of a request, but in its body.
type redactions struct {
	mu    sync.Mutex
	words []string
}

type redactionsKey struct{}

func withRedactions(ctx context.Context) context.Context {
	return context.WithValue(ctx, redactionsKey{}, &redactions{})
}

// redactQuery keeps what a search is asked for out of the log of its request.
func redactQuery(ctx context.Context, q *retrieval.Query) {
	of, ok := ctx.Value(redactionsKey{}).(*redactions)
	if !ok {
		return
	}
	of.mu.Lock()
	defer of.mu.Unlock()
	of.words = append(of.words, q.Text, q.Shopper.Visitor, q.Shopper.User)
	for _, filter := range q.Filters {
		of.words = append(of.words, filter.Values...)
	}
}

func redactionsOf(ctx context.Context) []string {
	of, ok := ctx.Value(redactionsKey{}).(*redactions)
	if !ok {
		return nil
	}
	of.mu.Lock()
	defer of.mu.Unlock()
	return of.words
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
		words = append(words, r.Header.Values(name)...)
	}
	return words
}

// shortestWord is the least number of bytes of a word that is looked for; below it is as good as no word.
const shortestWord = 3

// redacted returns text with … for each of the values, whole or a word of it, in whatever case.
func redacted(text string, values []string) string {
	var words []string
	for _, value := range values {
		value = strings.ToValidUTF8(value, "\uFFFD")
		for _, word := range append([]string{value}, strings.FieldsFunc(value, betweenWords)...) {
			if len(word) >= shortestWord {
				words = append(words, regexp.QuoteMeta(word))
			}
		}
	}
	if len(words) == 0 {
		return text
	}
	return regexp.MustCompile(`(?i)`+strings.Join(words, "|")).ReplaceAllString(strings.ToValidUTF8(text, "\uFFFD"), "…")
}

func betweenWords(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }

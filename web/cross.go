package web

import (
	"net/http"

	"github.com/rs/cors"
)

// crossOrigin answers the questions of browsers whether a page of another origin may read what this server says (CORS).
// nil lets none.
type crossOrigin struct{ rules *cors.Cors }

// newCrossOrigin lets pages of origins read what is asked for with GET and POST. Cookies are never part of that.
func newCrossOrigin(origins []string) *crossOrigin {
	if len(origins) == 0 {
		return nil
	}
	return &crossOrigin{cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "Content-Type"},
		ExposedHeaders: []string{"Retry-After", "WWW-Authenticate"},
		MaxAge:         600, // seconds
	})}
}

// wrap lets next be asked, where allowed says that its route may be.
func (c *crossOrigin) wrap(next http.Handler, allowed bool) http.Handler {
	if c == nil || !allowed {
		return next
	}
	return c.rules.Handler(next)
}

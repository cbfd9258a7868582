package web

import (
	"net/http"
	"net/http/pprof"
	"slices"
)

const metricsPath = "/metrics"

// NewApart returns what New does, in two: the handler of shoppers and programs, without /metrics, and the handler of
// those who run the server, with /metrics, profiles and health. Both are safe for concurrent use if s is.
func NewApart(s Searcher, opts Options) (shop, admin http.Handler) {
	site := newSite(s, opts.WithDefaults())
	public := slices.DeleteFunc(site.routes(), func(rt route) bool { return rt.path == metricsPath })
	return site.serveRoutes(public), site.serveRoutes(site.adminRoutes())
}

// adminRoutes is every address of the handler of those who run the server.
func (s *site) adminRoutes() []route {
	return []route{
		{method: "GET", path: metricsPath, serve: s.showMetrics},
		{method: "GET", path: "/healthz", serve: s.showHealth},
		{method: "GET", path: "/readyz", serve: s.showReadiness},
		{method: "GET", path: "/debug/pprof/{$}", serve: showProfile},
		{method: "GET", path: "/debug/pprof/{name}", serve: showProfile},
	}
}

// showProfile answers with a profile of the process, or lists what there is.
func showProfile(w http.ResponseWriter, r *http.Request) error {
	switch r.PathValue("name") {
	case "profile": // of the CPU
		pprof.Profile(w, r)
	case "trace":
		pprof.Trace(w, r)
	default:
		pprof.Index(w, r)
	}
	return nil
}

package web

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// handler answers a request; an error that it returns, before it wrote anything, is answered by the
// table of problems.
type handler func(w http.ResponseWriter, r *http.Request) error

// route is one address. Its path is a pattern of http.ServeMux, and the label of its metrics.
type route struct {
	method string
	path   string
	serve  handler
}

// site is the server's state: what it searches, and what it keeps between two requests.
type site struct {
	searcher    Searcher
	opts        Options
	photos      *photoShelf
	searches    *gate
	suggestions *gate
	uploads     *gate
	events      *gate
	changes     *gate
	heartbeat   time.Duration // on a stream of a task
	keyRate     *rateLimit
	addressRate *rateLimit
	cross       *crossOrigin
	tokens      impressionKey
	metrics     *metrics
	lately      lately
	showcase    showcase

	ownOrigin, namedOrigins *http.CrossOriginProtection // of requests that change something: of this server, and of Options.CORS
}

// New returns the handler of all pages and of the API. It is safe for concurrent use if s is.
func New(s Searcher, opts Options) http.Handler {
	opts = opts.WithDefaults()
	return newSite(s, opts).handler()
}

func newSite(s Searcher, opts Options) *site {
	named := http.NewCrossOriginProtection()
	for _, origin := range opts.CORS {
		_ = named.AddTrustedOrigin(origin) // one that is none is of no page
	}
	return &site{
		ownOrigin:    http.NewCrossOriginProtection(),
		namedOrigins: named,
		keyRate:      newRateLimit(opts.KeyRate),
		addressRate:  newRateLimit(opts.AddressRate),
		cross:        newCrossOrigin(opts.CORS),
		searcher:     s,
		opts:         opts,
		photos:       newPhotoShelf(opts.PhotoMemory),
		searches:     newGate(opts.MaxSearches, opts.MaxWaiting, opts.MaxWait),
		suggestions:  newGate(opts.MaxSearches, opts.MaxWaiting, opts.MaxWait),
		uploads:      newGate(opts.MaxUploads, opts.MaxWaiting, opts.MaxWait),
		events:       newGate(opts.MaxEvents, opts.MaxWaiting, opts.MaxWait),
		changes:      newGate(maxChanges, opts.MaxWaiting, opts.MaxWait),
		heartbeat:    heartbeatEvery,
		tokens:       opts.TokenKey,
		metrics:      newMetrics(s, opts),
	}
}

// routes is every address of the server; access.go says who may ask it.
func (s *site) routes() []route {
	return []route{
		// Pages.
		{"GET", "/{$}", s.showSearch},
		{"GET", "/inspect", s.showInspection},
		{"GET", "/missing", s.showMissing},
		{"GET", "/product/{id}", s.showProduct},
		{"GET", "/personal", s.showPersonal},
		{"POST", "/personal", s.switchPersonal},
		{"POST", "/forget", s.forgetVisitor},
		{"POST", "/photo", s.takePhoto},
		{"GET", "/photo/{hash}", s.showPhoto},
		{"GET", "/images/{id}/{n}", s.showImage},
		{"GET", "/static/{name}", showAsset},

		// API; openapi.json describes it.
		{"GET", "/api/v1/search", s.apiSearch},
		{"POST", "/api/v1/search", s.apiSearchBody},
		{"GET", "/api/v1/explain", s.apiExplain},
		{"GET", "/api/v1/suggest", s.apiSuggest},
		{"GET", "/api/v1/products/{id}", s.apiProduct},
		{"GET", "/api/v1/products/{id}/similar", s.apiSimilar},
		{"POST", "/api/v1/events", s.apiEvents},
		{"DELETE", "/api/v1/visitors/{client_id}", s.apiForget},
		{"GET", "/api/v1/openapi.json", apiDescription},

		// API for the shop's own programs.
		{"POST", "/api/v1/products", s.apiPutProducts},
		{"DELETE", "/api/v1/products/{id}", s.apiDeleteProduct},
		{"POST", "/api/v1/reindex", s.apiReindex},
		{"GET", "/api/v1/tasks", s.apiTasks},
		{"GET", "/api/v1/tasks/{id}", s.apiTask},
		{"DELETE", "/api/v1/tasks/{id}", s.apiCancelTask},
		{"GET", "/api/v1/status", s.apiStatus},

		// For those who run the server.
		{"GET", "/healthz", s.showHealth},
		{"GET", "/readyz", s.showReadiness},
		{"GET", metricsPath, s.showMetrics},
	}
}

func (s *site) handler() http.Handler { return s.serveRoutes(s.routes()) }

// serveRoutes answers requests at routes, and refuses all others.
func (s *site) serveRoutes(routes []route) http.Handler {
	mux := http.NewServeMux()
	methods, cross := map[string][]string{}, map[string]bool{}
	for _, rt := range routes {
		rule := accessTable[rt.method+" "+rt.path]
		mux.Handle(rt.method+" "+rt.path, s.cross.wrap(s.endpoint(rt, rule), rule.cross))
		methods[rt.path] = append(methods[rt.path], rt.method)
		cross[rt.path] = cross[rt.path] || rule.cross
	}
	// Without these two the mux would answer in plain text. The first also takes what browsers ask of a path (OPTIONS).
	for path, allowed := range methods {
		mux.Handle(path, s.cross.wrap(s.endpoint(route{path: path, serve: refuseMethod(allowed)}, refusing), cross[path]))
	}
	mux.Handle("/", s.endpoint(route{path: "/", serve: refusePath}, refusing))
	return identified(securityHeaders(mux))
}

func refuseMethod(allowed []string) handler {
	if slices.Contains(allowed, http.MethodGet) {
		allowed = append(allowed, http.MethodHead)
	}
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		return errMethod
	}
}

func refusePath(http.ResponseWriter, *http.Request) error { return errNoRoute }

// endpoint makes an http.Handler of a route: for those alone whom a rule allows, safe from panics, measured, logged
// without the query string, and with its errors answered.
func (s *site) endpoint(rt route, rule access) http.Handler {
	serve := catchPanics(s.guarded(rule, rt.serve))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		recorded := &recorder{ResponseWriter: w}
		traced, end := s.opts.Tracer.Request(r, rt.path, requestID(r.Context()))
		r = r.WithContext(withRedactions(traced))
		if err := serve(recorded, r); err != nil {
			s.fail(recorded, r, rt, err)
		}
		elapsed := time.Since(started)
		s.metrics.requested(rt.path, recorded.code(), elapsed)
		s.logRequest(r, rt, recorded, elapsed)
		end(recorded.code())
	})
}

// fail answers err as a problem document below /api, as a page elsewhere.
func (s *site) fail(w *recorder, r *http.Request, rt route, err error) {
	p := s.explain(r, rt.path, err)
	switch {
	case w.status != 0: // too late to say anything else
	case strings.HasPrefix(r.URL.Path, "/api/"):
		p.writeJSON(w)
	default:
		s.showProblem(w, p)
	}
}

// explain turns err into a problem and logs it when this side is at fault.
func (s *site) explain(r *http.Request, route string, err error) problem {
	p := problemOf(err)
	if p.Status >= 500 {
		s.logFailure(r, route, p.Status, err)
	}
	return p
}

// recorder remembers the status that was sent, and counts the bytes of the body.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(data []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(data)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

package web

import "vitrine/catalog"

// audience is who may ask an address.
type audience int

const (
	nobody      audience = iota // what has no entry below
	holders                     // of a key with one of the scopes
	thisMachine                 // programs on this machine that send no key, and holders
	shoppers                    // everybody, or holders where the server is private
	anyone
)

// access says who may ask an address.
type access struct {
	alone audience        // while the shop has no keys
	keyed audience        // once it has had one
	scope []catalog.Scope // of holders: any of these

	cross bool // pages of the origins of Options.CORS may ask it, too
	free  bool // of rate limits
}

// accessTable says for each route who may ask it, and nobody may ask what is not in it. What changes something needs a
// key as soon as there are keys; what only tells things of the shop that are not for its shoppers can be asked from the
// machine itself without one.
var accessTable = map[string]access{
	// Pages.
	"GET /{$}":             shopping,
	"GET /product/{id}":    shopping,
	"GET /personal":        shopping,
	"POST /personal":       shopping,
	"POST /forget":         shopping,
	"POST /photo":          shopping,
	"GET /photo/{hash}":    shopping,
	"GET /images/{id}/{n}": shopping,
	"GET /static/{name}":   {alone: anyone, keyed: anyone, free: true},
	"GET /inspect":         inspecting,
	"GET /missing":         inspecting,

	// API.
	"GET /api/v1/search":                  shoppingAPI,
	"POST /api/v1/search":                 shoppingAPI,
	"GET /api/v1/suggest":                 shoppingAPI,
	"GET /api/v1/products/{id}":           shoppingAPI,
	"GET /api/v1/products/{id}/similar":   shoppingAPI,
	"POST /api/v1/events":                 {alone: anyone, keyed: shoppers, scope: scopes(catalog.ScopeEvents), cross: true},
	"DELETE /api/v1/visitors/{client_id}": {alone: anyone, keyed: holders, scope: scopes(catalog.ScopeEvents)},
	"GET /api/v1/explain":                 inspecting,
	"GET /api/v1/openapi.json":            {alone: anyone, keyed: anyone, cross: true},

	// API for the shop's own programs.
	"POST /api/v1/products":        changing,
	"DELETE /api/v1/products/{id}": changing,
	"POST /api/v1/reindex":         changing,
	"DELETE /api/v1/tasks/{id}":    changing,
	"GET /api/v1/tasks":            {alone: thisMachine, keyed: thisMachine, scope: scopes(catalog.ScopeIndex, catalog.ScopeAdmin)},
	"GET /api/v1/tasks/{id}":       {alone: thisMachine, keyed: thisMachine, scope: scopes(catalog.ScopeIndex, catalog.ScopeAdmin)},
	"GET /api/v1/status":           {alone: thisMachine, keyed: thisMachine, scope: scopes(catalog.ScopeAdmin)},

	// For those who run the server.
	"GET /healthz": {alone: anyone, keyed: anyone, free: true},
	"GET /readyz":  {alone: anyone, keyed: anyone, free: true},
	"GET /metrics": inspecting,

	// On a listener of their own.
	"GET /debug/pprof/{$}":    {alone: thisMachine, keyed: thisMachine, scope: scopes(catalog.ScopeAdmin)},
	"GET /debug/pprof/{name}": {alone: thisMachine, keyed: thisMachine, scope: scopes(catalog.ScopeAdmin)},
}

var (
	shopping    = access{alone: anyone, keyed: shoppers, scope: scopes(catalog.ScopeSearch)}
	shoppingAPI = access{alone: anyone, keyed: shoppers, scope: scopes(catalog.ScopeSearch), cross: true}
	inspecting  = access{alone: anyone, keyed: thisMachine, scope: scopes(catalog.ScopeAdmin)}
	changing    = access{alone: thisMachine, keyed: holders, scope: scopes(catalog.ScopeIndex)}
	refusing    = access{alone: anyone, keyed: anyone} // of addresses and methods that are not
)

func scopes(s ...catalog.Scope) []catalog.Scope { return s }

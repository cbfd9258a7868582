package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/web/tasks"
)

func TestEveryRouteSaysWhoMayAskIt(t *testing.T) {
	entries := map[string]bool{}
	for key, rule := range accessTable {
		entries[key] = true
		if rule.alone == nobody || rule.keyed == nobody {
			t.Errorf("%s lets nobody in", key)
		}
		if rule.keyed != anyone && len(rule.scope) == 0 {
			t.Errorf("%s may need a key and names no scope", key)
		}
	}
	site := newSite(newFakeShop(t), Options{}.WithDefaults())
	routes := site.routes()
	for _, rt := range site.adminRoutes() {
		if strings.HasPrefix(rt.path, "/debug/") { // the others are in both
			routes = append(routes, rt)
		}
	}
	for _, rt := range routes {
		key := rt.method + " " + rt.path
		if !entries[key] {
			t.Errorf("%s has no entry in accessTable", key)
		}
		delete(entries, key)
	}
	for key := range entries {
		t.Errorf("%s is in accessTable and has no route", key)
	}
}

func TestARouteWithoutAnEntryIsRefusedToEverybody(t *testing.T) {
	s := newSite(newFakeShop(t), Options{Keys: keysOfAllKinds()}.WithDefaults())
	h := s.endpoint(route{"GET", "/new", func(http.ResponseWriter, *http.Request) error { t.Error("it was let in"); return nil }}, accessTable["GET /new"])
	for _, asker := range []string{"elsewhere", "here", "here Bearer admin", "here Bearer index"} {
		response, body := ask(t, h, by(asker, "GET", "/new", ""))
		wantStatus(t, response, body, 500)
	}
}

// guardedShop is a server that offers everything.
func guardedShop(t *testing.T, opts Options) http.Handler {
	t.Helper()
	opts.Catalogue, opts.Events = newFakeCatalogue(), fakeLog{}
	opts.Tasks = tasks.New(t.Context())
	return New(newFakeShop(t), opts)
}

// refusal is the code of a problem that says that the asker may not ask, "" = the request was let in.
func refusal(t *testing.T, h http.Handler, r *http.Request) string {
	t.Helper()
	response, body := ask(t, h, r)
	switch response.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusInternalServerError:
	default:
		return ""
	}
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		return "page"
	}
	var p problem
	if err := json.Unmarshal([]byte(body), &p); err != nil || p.Status != response.StatusCode {
		t.Fatalf("%s %s: %v in %s", r.Method, r.URL, err, body)
	}
	return p.code()
}

var pathValue = regexp.MustCompile(`\{[^}]*\}`)

// TestWhoMayAskWhat asks every route as everybody, of a shop without keys, with keys, and a private one, and holds what
// came out against the table in docs/keys.md.
func TestWhoMayAskWhat(t *testing.T) {
	shops := []struct {
		name string
		opts Options
	}{{"without keys", Options{}}, {"with keys", Options{Keys: keysOfAllKinds()}}, {"--private", Options{Keys: keysOfAllKinds(), Private: true}}}
	handlers := make([]http.Handler, len(shops))
	for i, shop := range shops {
		handlers[i] = guardedShop(t, shop.opts)
	}
	var table []string
	for _, rt := range newSite(newFakeShop(t), Options{}.WithDefaults()).routes() {
		target := pathValue.ReplaceAllString(strings.TrimSuffix(rt.path, "{$}"), "x")
		row := "| `" + rt.method + " " + strings.TrimSuffix(rt.path, "{$}") + "` |"
		for i, shop := range shops {
			row += " " + whoGetsIn(t, shop.name+": "+rt.method+" "+rt.path, handlers[i], rt.method, target, shop.opts.Keys != nil) + " |"
		}
		table = append(table, row)
	}
	documented, err := os.ReadFile("../docs/keys.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Join(table, "\n"); !strings.Contains(string(documented), want) {
		t.Errorf("docs/keys.md does not have this table:\n%s", want)
	}
}

// whoGetsIn asks as everybody and says who was let in.
func whoGetsIn(t *testing.T, name string, h http.Handler, method, target string, keyed bool) string {
	t.Helper()
	in := func(asker string) bool {
		code := refusal(t, h, by(asker, method, target, ""))
		if method == http.MethodGet {
			if head := refusal(t, h, by(asker, http.MethodHead, target, "")); (head == "") != (code == "") {
				t.Errorf("%s: HEAD is not answered as GET to %q", name, asker)
			}
		}
		return code == ""
	}
	open, local := in("elsewhere"), in("here")
	if in("proxy") != open {
		t.Errorf("%s: what a proxy passes on is taken for a program of this machine", name)
	}
	for _, wrong := range []string{"Bearer expired", "Bearer revoked", "Bearer nonsense", "Bearer broken", "Bearer", "Bearer  ", "Basic index", "Basic admin", "admin", "Token admin", "Bearer admin,index", "Bearer ADMIN"} {
		if in("elsewhere "+wrong) != open {
			t.Errorf("%s: %q changes what a stranger may do", name, wrong)
		}
		if !strings.HasPrefix(wrong, "Bearer") || !keyed {
			continue
		}
		if in("here "+wrong) != open {
			t.Errorf("%s: %q from this machine is taken for no key", name, wrong)
		}
	}
	for _, scope := range catalog.Scopes() {
		for _, elsewhere := range []string{"?key=", "?api_key=", "?access_token=", "?Authorization=Bearer+"} {
			if code := refusal(t, h, by("elsewhere", method, target+elsewhere+string(scope), "")); (code == "") != open {
				t.Errorf("%s: a key counts in the address: %s", name, elsewhere)
			}
		}
	}
	var who []string
	if local {
		who = append(who, "this machine")
	}
	for _, scope := range catalog.Scopes() {
		counts := in("elsewhere Bearer " + string(scope))
		if in("here Bearer "+string(scope)) != counts && keyed || in("proxy bearer "+string(scope)) != counts {
			t.Errorf("%s: the scope %s depends on where it is sent from", name, scope)
		}
		if counts {
			who = append(who, "`"+string(scope)+"`")
		}
	}
	if open {
		if want := 1 + len(catalog.Scopes()); len(who) != want {
			t.Errorf("%s: anyone gets in, and of %d kinds of others only %q", name, want, who)
		}
		return "anyone"
	}
	return strings.Join(who, ", ")
}

// What the table says is not all: these hold whatever it says.
func TestNothingIsChangedWithoutAKeyOnceThereAreKeys(t *testing.T) {
	stock := newFakeCatalogue(catalog.Product{ID: "a", Title: "A"})
	h := New(newFakeShop(t), Options{Catalogue: stock, Keys: keysOfAllKinds()})
	for _, asker := range []string{"here", "elsewhere", "proxy", "here Bearer search", "here Bearer events", "here Bearer admin", "here Bearer revoked"} {
		put := by(asker, "POST", "/api/v1/products", `{"id":"b","title":"B"}`)
		put.Header.Set("Content-Type", "application/x-ndjson")
		for _, r := range []*http.Request{put, by(asker, "DELETE", "/api/v1/products/a", "")} {
			if code := refusal(t, h, r); !strings.HasPrefix(code, "key-") || len(stock.products) != 1 {
				t.Errorf("%s of %q: %q, and there are %d products", r.Method, asker, code, len(stock.products))
			}
		}
	}
	put := by("elsewhere Bearer index", "POST", "/api/v1/products", `{"id":"b","title":"B"}`)
	put.Header.Set("Content-Type", "application/x-ndjson")
	response, body := ask(t, h, put)
	wantStatus(t, response, body, 200)
	if len(stock.products) != 2 {
		t.Error("the key's product is not stored")
	}
}

func TestARefusalSaysWhatToDo(t *testing.T) {
	h := guardedShop(t, Options{Keys: keysOfAllKinds()})
	for asker, want := range map[string]struct {
		status          int
		code, challenge string
	}{
		"elsewhere":                 {401, "key-needed", `Bearer realm="vitrine"`},
		"elsewhere Basic dTpw":      {401, "key-needed", `Bearer realm="vitrine"`},
		"elsewhere Bearer nonsense": {401, "key-unknown", `Bearer realm="vitrine", error="invalid_token"`},
		"elsewhere Bearer expired":  {401, "key-expired", `Bearer realm="vitrine", error="invalid_token"`},
		"elsewhere Bearer revoked":  {401, "key-revoked", `Bearer realm="vitrine", error="invalid_token"`},
		"elsewhere Bearer index":    {403, "key-scope", `Bearer realm="vitrine", error="insufficient_scope", scope="admin"`},
		"elsewhere Bearer broken":   {500, "internal", ""},
	} {
		response, body := ask(t, h, by(asker, "GET", "/api/v1/status", ""))
		wantStatus(t, response, body, want.status)
		if got := response.Header.Get("WWW-Authenticate"); got != want.challenge {
			t.Errorf("%s: WWW-Authenticate is %s", asker, got)
		}
		wantText(t, body, `"type":"urn:vitrine:problem:`+want.code+`"`)
		for _, secret := range []string{"nonsense", "dTpw"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s: the answer repeats what was sent: %s", asker, body)
			}
		}
	}
	_, metrics := ask(t, h, by("here", "GET", "/metrics", ""))
	wantText(t, metrics, `vitrine_http_refused_total{reason="key-needed"} 2`, `vitrine_http_refused_total{reason="key-unknown"} 1`, `vitrine_http_refused_total{reason="key-scope"} 1`,
		`vitrine_http_refused_total{reason="key-expired"} 1`, `vitrine_http_refused_total{reason="key-revoked"} 1`)
}

func TestOnlyWhoMayInspectIsToldWhy(t *testing.T) {
	h := guardedShop(t, Options{Keys: keysOfAllKinds()})
	for asker, inspects := range map[string]bool{"elsewhere": false, "here": true, "proxy": false, "elsewhere Bearer admin": true, "elsewhere Bearer search": false, "here Bearer index": false} {
		if _, body := ask(t, h, by(asker, "GET", "/?q=shoes", "")); strings.Contains(body, "/inspect?") != inspects {
			t.Errorf("%s: the page of results links to inspection pages: %v", asker, !inspects)
		}
		for _, r := range []*http.Request{by(asker, "GET", "/api/v1/search?q=shoes&explain=true", ""), by(asker, "POST", "/api/v1/search", `{"query":"shoes","explain":true}`)} {
			r.Header.Set("Content-Type", "application/json")
			if code := refusal(t, h, r); (code == "") != inspects {
				t.Errorf("%s: %s with explain is %q", asker, r.Method, code)
			}
		}
		if code := refusal(t, h, by(asker, "GET", "/api/v1/search?q=shoes", "")); code != "" {
			t.Errorf("%s: a search is refused: %s", asker, code)
		}
	}
}

// A shop without keys is as it was.
func TestATokenOfAnotherServerIsPassedOver(t *testing.T) {
	for name, opts := range map[string]Options{"no keys": {}, "none yet": {Keys: fakeKeys{}}} {
		h := guardedShop(t, opts)
		for _, path := range []string{"/", "/api/v1/search?q=shoes", "/inspect?q=shoes&id=shoes-red-0", "/metrics"} {
			response, body := ask(t, h, by("elsewhere Bearer eyJhbGciOi", "GET", path, ""))
			wantStatus(t, response, body, 200)
		}
		if code := refusal(t, h, by("here Bearer eyJhbGciOi", "DELETE", "/api/v1/products/x", "")); code != "" {
			t.Errorf("%s: %s", name, code)
		}
		if code := refusal(t, h, by("elsewhere Bearer eyJhbGciOi", "DELETE", "/api/v1/products/x", "")); code != "elsewhere" {
			t.Errorf("%s: %s", name, code)
		}
	}
}

func TestScopesAreNamedInTheTableOfAccessAlone(t *testing.T) {
	used := map[catalog.Scope]bool{}
	for _, rule := range accessTable {
		for _, scope := range rule.scope {
			used[scope] = true
			if !slices.Contains(catalog.Scopes(), scope) {
				t.Errorf("there is no scope %s", scope)
			}
		}
	}
	if len(used) != len(catalog.Scopes()) {
		t.Errorf("of the scopes only these are good for something: %v", fmt.Sprint(used))
	}
}

func TestTheDescriptionNamesTheScopesOfEachOperation(t *testing.T) {
	for path, item := range loadDescription(t).document.Paths.Map() {
		for method, operation := range item.Operations() {
			described := []catalog.Scope{}
			if operation.Security != nil {
				for _, alternative := range *operation.Security {
					for _, scope := range alternative["key"] {
						described = append(described, catalog.Scope(scope))
					}
				}
			}
			if want := accessTable[method+" "+path].scope; !slices.Equal(described, want) {
				t.Errorf("%s %s is described with the scopes %q, and has %q", method, path, described, want)
			}
		}
	}
}

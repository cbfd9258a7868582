package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"vitrine/catalog"
)

// local is a request from this machine.
func local(method, path, kind, body string) *http.Request {
	r := httptest.NewRequest(method, "http://localhost:8080"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:40000"
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	return r
}

func putRequest(body string) *http.Request {
	return local("POST", "/api/v1/products", "application/x-ndjson", body)
}

// put sends products and returns the answer, which must have status 200.
func put(t *testing.T, d described, h http.Handler, r *http.Request, valid bool) putBody {
	t.Helper()
	response, text := d.ask(t, h, r, valid)
	wantStatus(t, response, text, 200)
	var answer putBody
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Rejected == nil {
		t.Errorf("the answer has no list of what was rejected: %s", text)
	}
	return answer
}

func TestAPIProductsArePutAndBrokenLinesTold(t *testing.T) {
	d, stock := loadDescription(t), newFakeCatalogue(catalog.Product{ID: "old", Title: "Old", MarginCents: 4711})
	h := New(newFakeShop(t), Options{Catalogue: stock})
	huge := `{"id":"huge","title":"x","description":"` + strings.Repeat("x", maxProductLineBytes) + `"}`
	body := strings.Join([]string{
		`{"id":"a","title":"Red scarf","price_cents":1999,"currency":"EUR","released":"2026-11-01T00:00:00Z","variants":[{"sku":"a-s","size":"S"}]}`,
		``,
		`{"id":"b","title":`,
		`{"id":"c","title":"Scarf","price":19.99}`,
		`{"id":"d"}`,
		`{"id":"e","title":"Scarf"} {"id":"f"}`,
		huge,
		"{\"id\":\"g\",\"title\":\"\xff\"}",
		`{"id":"h","title":7}`,
		`{"id":"old","title":"New","in_stock":false}`,
	}, "\r\n")
	answer := put(t, d, h, putRequest(body), false) // of NDJSON the validator knows nothing
	if answer.Added != 1 || answer.Changed != 1 || answer.Unchanged != 0 {
		t.Errorf("the answer is %+v", answer)
	}
	want := []struct {
		line       int
		id, reason string
	}{
		{3, "", "ends too early"}, {4, "c", `"price"`}, {5, "d", "neither a title nor a photo"}, {6, "", "text follows"},
		{7, "", "longer than 1 MB"}, {8, "", "not UTF-8"}, {9, "h", "cannot be a number"},
	}
	if len(answer.Rejected) != len(want) {
		t.Fatalf("rejected are %+v", answer.Rejected)
	}
	for i, r := range answer.Rejected {
		if r.Line != want[i].line || r.ID != want[i].id || !strings.Contains(r.Reason, want[i].reason) {
			t.Errorf("rejected %+v, want %+v", r, want[i])
		}
	}
	stored := catalog.Product{
		ID: "a", Title: "Red scarf", PriceCents: 1999, Currency: "EUR", InStock: true, Released: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
		Variants: []catalog.Variant{{SKU: "a-s", Size: "S", InStock: true}},
	}
	if got := stock.products["a"]; !reflect.DeepEqual(got, stored) {
		t.Errorf("stored is %+v, want %+v", got, stored)
	}
	if got := stock.products["old"]; got.InStock || got.Title != "New" {
		t.Errorf("stored is %+v", got)
	}

	array := local("POST", "/api/v1/products", "application/json", `[{"id":"old","title":"New","in_stock":false},{"id":"n","title":"Next"},{}]`)
	answer = put(t, d, h, array, false)
	if answer.Added != 1 || answer.Unchanged != 1 || len(answer.Rejected) != 1 || answer.Rejected[0].Line != 3 {
		t.Errorf("the answer to an array is %+v", answer)
	}
	valid := local("POST", "/api/v1/products", "application/json", `[{"id":"n","title":"Next","margin_cents":-5,"photos":[{"ref":"https://shop.example/n.jpg"}]}]`)
	if answer = put(t, d, h, valid, true); answer.Changed != 1 {
		t.Errorf("the answer is %+v", answer)
	}
	_, metrics := get(t, h, "/metrics")
	wantText(t, metrics, `vitrine_product_changes_total{result="added"} 2`, `vitrine_product_changes_total{result="rejected"} 8`)
}

func TestAPIProductsRefusesUnusableBodies(t *testing.T) {
	d, stock := loadDescription(t), newFakeCatalogue()
	h := New(newFakeShop(t), Options{Catalogue: stock})
	for name, test := range map[string]struct {
		kind, body string
		status     int
		text       string
	}{
		"nothing":       {"application/x-ndjson", "\n\n", 400, "no products"},
		"half an array": {"application/json", `[{"id":"a","title":"x"}`, 400, "not JSON"},
		"too many":      {"application/x-ndjson", strings.Repeat("{}\n", maxProducts+1), 400, "the limit is 1000"},
		"too much":      {"application/x-ndjson", strings.Repeat(" ", maxProductsBytes+1), 413, "too-large"},
		"another form":  {"text/csv", "id,title", 415, "application/x-ndjson"},
		"no form":       {"", "{}", 415, "application/x-ndjson"},
	} {
		t.Run(name, func(t *testing.T) {
			response, body := d.ask(t, h, local("POST", "/api/v1/products", test.kind, test.body), false)
			wantStatus(t, response, body, test.status)
			wantText(t, body, test.text)
		})
	}
	stock.err = errors.New("disk full")
	response, body := d.ask(t, h, putRequest(`{"id":"a","title":"x"}`), false)
	wantStatus(t, response, body, 500)
	if len(stock.products) > 0 {
		t.Errorf("stored are %v", stock.products)
	}
	stock.err = catalog.ErrBusy
	response, body = d.ask(t, h, putRequest(`{"id":"a","title":"x"}`), false)
	wantStatus(t, response, body, 503)
}

// What is opened on the server's disk is for who runs it to say.
func TestAPIProductsTakesNoPhotosOutsideTheServersFolder(t *testing.T) {
	d, folder := loadDescription(t), t.TempDir()
	kept := catalog.Photo{Ref: "old/1.jpg", Root: "/srv/feed"}
	for ref, want := range map[string]struct {
		photo  catalog.Photo
		reason string
	}{
		"https://shop.example/1.jpg": {photo: catalog.Photo{Ref: "https://shop.example/1.jpg"}},
		"new/1.jpg":                  {photo: catalog.Photo{Ref: "new/1.jpg", Root: folder}},
		`new\1.jpg`:                  {photo: catalog.Photo{Ref: "new/1.jpg", Root: folder}},
		"/images/a/0":                {photo: kept}, // as an answer shows it
		"/images/a/1":                {reason: "not a path below"},
		"/images/b/0":                {reason: "not a path below"},
		"/etc/passwd":                {reason: "not a path below"},
		`\etc\passwd`:                {reason: "not a path below"},
		"../secret.jpg":              {reason: "not a path below"},
		`..\secret.jpg`:              {reason: "not a path below"},
		"new/../../secret.jpg":       {reason: "not a path below"},
		"file:///etc/passwd":         {reason: "neither an http"},
		"c:/secret.jpg":              {reason: "neither an http"},
		"https:///1.jpg":             {reason: "not a URL with a host"},
		"":                           {reason: "no ref"},
	} {
		stock := newFakeCatalogue(catalog.Product{ID: "a", Title: "A", Photos: []catalog.Photo{kept}})
		h := New(newFakeShop(t), Options{Catalogue: stock, PhotoFolder: folder})
		body, err := json.Marshal(map[string]any{"id": "a", "title": "A", "photos": []any{map[string]any{"ref": ref}}})
		if err != nil {
			t.Fatal(err)
		}
		answer := put(t, d, h, putRequest(string(body)), false)
		if want.reason != "" {
			if len(answer.Rejected) != 1 || !strings.Contains(answer.Rejected[0].Reason, want.reason) {
				t.Errorf("%q: %+v", ref, answer)
			}
			continue
		}
		if got := stock.products["a"].Photos; len(answer.Rejected) > 0 || !reflect.DeepEqual(got, []catalog.Photo{want.photo}) {
			t.Errorf("%q: %+v, %+v", ref, got, answer)
		}
	}

	stock := newFakeCatalogue()
	h := New(newFakeShop(t), Options{Catalogue: stock})
	answer := put(t, d, h, putRequest(`{"id":"a","title":"A","photos":[{"ref":"1.jpg"}]}`+"\n"+`{"id":"b","title":"B","photos":[{"ref":"passwd","root":"/etc"}]}`), false)
	if len(answer.Rejected) != 2 || !strings.Contains(answer.Rejected[0].Reason, "--images") || !strings.Contains(answer.Rejected[1].Reason, `"root"`) {
		t.Errorf("without a folder, and with one of the sender's: %+v", answer)
	}
}

func TestAPIProductsKeepsAMarginThatIsNotNamed(t *testing.T) {
	d := loadDescription(t)
	for body, want := range map[string]int64{`{"id":"a","title":"B"}`: 4711, `{"id":"a","title":"B","margin_cents":0}`: 0, `{"id":"a","title":"B","margin_cents":5}`: 5} {
		stock := newFakeCatalogue(catalog.Product{ID: "a", Title: "A", MarginCents: 4711})
		h := New(newFakeShop(t), Options{Catalogue: stock})
		response, text := d.ask(t, h, putRequest(body), false)
		wantStatus(t, response, text, 200)
		if got := stock.products["a"].MarginCents; got != want || strings.Contains(text, "4711") {
			t.Errorf("%s: %d, want %d; the answer is %s", body, got, want, text)
		}
	}
}

func TestAPIProductsWritesBackWhatItShowed(t *testing.T) {
	d, shop := loadDescription(t), newFakeShop(t)
	stock := newFakeCatalogue(shop.products...)
	h := New(shop, Options{Catalogue: stock})
	_, shown := get(t, h, "/api/v1/products/shoes-red-0")
	answer := put(t, d, h, putRequest(shown), false)
	if answer.Unchanged != 1 {
		t.Errorf("%+v is stored as %+v", answer, stock.products["shoes-red-0"])
	}
}

func TestAPIProductsAreDeleted(t *testing.T) {
	d, stock := loadDescription(t), newFakeCatalogue(catalog.Product{ID: "a/b c", Title: "A"})
	h := New(newFakeShop(t), Options{Catalogue: stock})
	for _, status := range []int{204, 404} {
		response, body := d.ask(t, h, local("DELETE", "/api/v1/products/a%2Fb%20c", "", ""), true)
		wantStatus(t, response, body, status)
	}
	_, metrics := get(t, h, "/metrics")
	wantText(t, metrics, `vitrine_product_changes_total{result="deleted"} 1`)
}

func TestTheCatalogueIsChangedFromThisMachineAlone(t *testing.T) {
	stock := newFakeCatalogue()
	h := New(newFakeShop(t), Options{Catalogue: stock})
	for name, refuse := range map[string]func(r *http.Request){
		"the shop's name":   func(r *http.Request) { r.Host = "shop.example" },
		"a proxy":           func(r *http.Request) { r.Header.Set("X-Forwarded-For", "203.0.113.7") },
		"a standard proxy":  func(r *http.Request) { r.Header.Set("Forwarded", "for=203.0.113.7") },
		"another site":      func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"an unsafe browser": func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
	} {
		for _, r := range []*http.Request{putRequest(`{"id":"a","title":"A"}`), local("DELETE", "/api/v1/products/a", "", ""), local("POST", "/api/v1/reindex", "", "")} {
			refuse(r)
			response, body := ask(t, h, r)
			wantStatus(t, response, body, 403)
			if len(stock.products) > 0 {
				t.Errorf("%s: %s", name, body)
			}
		}
	}
	for _, host := range []string{"127.0.0.1:8080", "[::1]", "shop.localhost"} {
		r := putRequest(fmt.Sprintf(`{"id":%q,"title":"A"}`, host))
		r.Host = host
		response, body := ask(t, h, r)
		wantStatus(t, response, body, 200)
	}
	h = New(newFakeShop(t), Options{})
	for _, r := range []*http.Request{
		putRequest("{}"), local("DELETE", "/api/v1/products/a", "", ""), local("POST", "/api/v1/reindex", "", ""), local("GET", "/api/v1/tasks", "", ""),
		local("GET", "/api/v1/tasks/x", "", ""), local("DELETE", "/api/v1/tasks/x", "", ""), local("GET", "/api/v1/status", "", ""),
	} {
		response, body := ask(t, h, r)
		wantStatus(t, response, body, 404)
		wantText(t, body, "not-offered")
	}
}

func FuzzReadProducts(f *testing.F) {
	f.Add([]byte(`{"id":"a","title":"A","photos":[{"ref":"1.jpg"}]}`))
	f.Add([]byte(`[{"id":"a","title":"A"},{"id":"b"}]`))
	f.Add([]byte("{\"id\":\"a\"\n\xff"))
	site := newSite(nil, Options{Catalogue: newFakeCatalogue(), PhotoFolder: "/srv/photos"}.WithDefaults())
	f.Fuzz(func(t *testing.T, body []byte) {
		products, _, err := site.readProducts(t.Context(), body)
		if err != nil && len(products) > 0 {
			t.Error("an error and products")
		}
		for _, p := range products {
			if err := p.Validate(); err != nil {
				t.Error(err)
			}
			for _, photo := range p.Photos {
				if photo.Root != "" && photo.Root != "/srv/photos" {
					t.Errorf("a photo in %q", photo.Root)
				}
			}
		}
	})
}

package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// described checks requests and answers against openapi.json.
type described struct {
	document *openapi3.T
	router   routers.Router
}

func loadDescription(t testing.TB) described {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	router, err := gorillamux.NewRouter(document)
	if err != nil {
		t.Fatal(err)
	}
	return described{document, router}
}

// ask sends the request, which must be as described when valid is true, and wants its answer to be.
func (d described) ask(t *testing.T, h http.Handler, r *http.Request, valid bool) (*http.Response, string) {
	t.Helper()
	var sent []byte
	if r.Body != nil {
		sent, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	route, params, err := d.router.FindRoute(r)
	if err != nil {
		t.Fatalf("%s %s is not described: %v", r.Method, r.URL, err)
	}
	input := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}, // TestWhoMayAskWhat is about keys
	}
	if err := openapi3filter.ValidateRequest(r.Context(), input); valid && err != nil {
		t.Errorf("the request is not as described: %v", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(sent))
	response, body := ask(t, h, r)
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: response.StatusCode, Header: response.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	if err := openapi3filter.ValidateResponse(r.Context(), answer.SetBodyBytes([]byte(body))); err != nil {
		t.Errorf("the answer with status %d is not as described: %v\n%s", response.StatusCode, err, body)
	}
	return response, body
}

func jsonRequest(body string) *http.Request {
	r := httptest.NewRequest("POST", "/api/v1/search", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func results(t testing.TB, body string) retrieval.Response {
	t.Helper()
	var r retrieval.Response
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDescriptionNamesEveryRouteOfTheAPIAndNoOther(t *testing.T) {
	d := loadDescription(t)
	of := map[string]bool{}
	for _, rt := range newSite(newFakeShop(t), Options{}.WithDefaults()).routes() {
		if strings.HasPrefix(rt.path, "/api/") || rt.path == "/healthz" || rt.path == "/readyz" || rt.path == "/metrics" {
			of[rt.method+" "+rt.path] = true
		}
	}
	for path, item := range d.document.Paths.Map() {
		for method := range item.Operations() {
			if !of[method+" "+path] {
				t.Errorf("%s %s is described and has no route", method, path)
			}
			delete(of, method+" "+path)
		}
	}
	for route := range of {
		t.Errorf("%s is not described", route)
	}
}

// What decides on the results of a search decides on an explanation of one, and both pass it on.
func TestAnExplanationIsAskedForLikeASearch(t *testing.T) {
	d, shop := loadDescription(t), newFakeShop(t)
	parameters := func(path string) (names []string) {
		for _, p := range d.document.Paths.Value(path).Get.Parameters {
			names = append(names, p.Value.Name)
		}
		slices.Sort(names)
		return names
	}
	want := slices.DeleteFunc(parameters("/api/v1/search"), func(name string) bool {
		return slices.Contains([]string{"cursor", "explain", "limit", "offset"}, name)
	})
	want = append(want, "product")
	slices.Sort(want)
	if got := parameters("/api/v1/explain"); !slices.Equal(got, want) {
		t.Errorf("explain is described with %q, search less the page with %q", got, want)
	}

	var asked []retrieval.Query
	shop.before = func(q *retrieval.Query) { asked = append(asked, *q) }
	h := New(shop, Options{})
	search := "q=shoes&mode=hybrid&filter=brand%3DAvelo&ignore=price%3D..5&literal=true&sort=newest&group=brand&diversity=0.5&like=shoes-red-1&like=shoes-red-2&unlike=lamps-red-1&balance=0.7&limit=1000&explain=true"
	for _, target := range []string{"/api/v1/search?", "/api/v1/explain?product=shoes-red-0&"} {
		response, body := d.ask(t, h, httptest.NewRequest("GET", target+search, nil), true)
		wantStatus(t, response, body, 200)
	}
	if len(asked) != 2 || !reflect.DeepEqual(asked[0], asked[1]) || len(asked[1].Like) != 2 || *asked[1].Balance != 0.7 {
		t.Errorf("the engine was asked %+v", asked)
	}
}

func TestAPIAnswersAreAsDescribed(t *testing.T) {
	d, shop := loadDescription(t), newFakeShop(t)
	h := New(shop, Options{})
	for _, target := range []string{
		"/api/v1/search", "/api/v1/search?q=shoes&mode=hybrid&filter=brand%3DAvelo%7CBrisk&filter=price%3D10..500&offset=1&limit=2&explain=true",
		"/api/v1/products/shoes-red-0", "/api/v1/products/shoes-red-0/similar?limit=3",
		"/api/v1/explain?q=shoes&product=shoes-red-1", "/api/v1/explain?q=shoes&product=lamps-red-1", "/api/v1/explain?filter=brand%3DAvelo&product=shoes-red-1",
		"/api/v1/suggest?q=shoe", "/api/v1/suggest?q=shoe&limit=2", "/api/v1/suggest", "/api/v1/openapi.json", "/healthz", "/readyz", "/metrics",
	} {
		response, body := d.ask(t, h, httptest.NewRequest("GET", target, nil), true)
		wantStatus(t, response, body, 200)
	}
	shop.change = func(r *retrieval.Response) {
		r.Rules, r.Redirect = []retrieval.FiredRule{{Rule: "returns", Action: retrieval.ActionRedirect}}, "/returns"
	}
	response, body := d.ask(t, h, httptest.NewRequest("GET", "/api/v1/search?q=returns", nil), true)
	wantStatus(t, response, body, 200)
	wantText(t, body, `"rules":[{"rule":"returns","action":"redirect"}],"redirect":"/returns"`)
	shop.change = func(r *retrieval.Response) {
		r.Cursor, r.Hits[0].Others = "KEY.24", 3
		r.Understood = []retrieval.Understood{{Kind: retrieval.UnderstoodDenied, Words: "red", Filter: retrieval.Filter{Field: "colour", Values: []string{"red"}, Not: true}}}
	}
	response, body = d.ask(t, h, httptest.NewRequest("GET", "/api/v1/search?q=shoes+not+red&ignore=price%3D..5&ignore=price%3D..6&literal=false&sort=price_asc&group=brand&diversity=0.3&cursor=*", nil), true)
	wantStatus(t, response, body, 200)
	wantText(t, body, `"understood":[{"kind":"denied","words":"red","filter":{"field":"colour","values":["red"],"not":true}}]`, `"cursor":"KEY.24"`, `"others":3`)
	shop.change = nil
	for target, status := range map[string]int{
		"/api/v1/search?sort=best": 400, "/api/v1/search?diversity=2": 400, "/api/v1/search?literal=perhaps": 400,
		"/api/v1/search?mode=best": 400, "/api/v1/search?filter=size%3D4": 400, "/api/v1/search?offset=990&limit=24": 400, "/api/v1/search?limit=-1": 400,
		"/api/v1/search?explain=perhaps": 400, "/api/v1/search?photo=abc": 400, "/api/v1/search?crop=1,2,3": 400, "/api/v1/search?q=%ff": 400,
		"/api/v1/products/none": 404, "/api/v1/products/none/similar": 404, "/api/v1/products/shoes-red-0/similar?limit=101": 400,
		"/api/v1/explain?q=shoes": 400, "/api/v1/explain?q=shoes&product=none": 404, "/api/v1/explain?mode=best&product=shoes-red-0": 400,
		"/api/v1/suggest?q=%ff": 400, "/api/v1/suggest?q=x&limit=21": 400, "/api/v1/suggest?q=x&limit=-1": 400,
	} {
		response, body := d.ask(t, h, httptest.NewRequest("GET", target, nil), false)
		wantStatus(t, response, body, status)
		if kind := response.Header.Get("Content-Type"); kind != "application/problem+json" {
			t.Errorf("%s is answered with %s", target, kind)
		}
	}
	shop.generation = ""
	response, body = d.ask(t, h, httptest.NewRequest("GET", "/readyz", nil), true)
	wantStatus(t, response, body, 503)
	if response.Header.Get("Retry-After") == "" {
		t.Error("a 503 without Retry-After")
	}
}

func TestNoAnswerShowsWhatASaleEarns(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	for _, path := range []string{
		"/", "/?q=shoes", "/product/shoes-red-0", "/inspect?q=shoes&id=shoes-red-0", "/api/v1/search?q=shoes&explain=1", "/api/v1/products/shoes-red-0",
		"/api/v1/products/shoes-red-0/similar", "/api/v1/explain?q=shoes&id=shoes-red-0", "/api/v1/suggest?q=sho",
	} {
		if _, body := get(t, h, path); strings.Contains(body, "4711") || strings.Contains(body, "47.11") || strings.Contains(body, "margin_cents") {
			t.Errorf("%s shows it", path)
		}
	}
}

func TestAPISearchGivesTheEnginesObjectWithPublicPhotos(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	response, body := get(t, h, "/api/v1/search?q=shoes&limit=3&offset=2&explain=1")
	wantStatus(t, response, body, 200)
	r := results(t, body)
	if r.Query != "shoes" || r.Total != 20 || len(r.Hits) != 3 || r.Hits[0].Rank != 3 || r.Hits[0].Ledger == nil {
		t.Errorf("answer: %s", body)
	}
	if photo := r.Hits[0].Product.Photos[0]; photo.Root != "" || !strings.HasPrefix(photo.Ref, "/images/shoes-") || strings.Contains(body, t.TempDir()) {
		t.Errorf("the photo is %+v", photo)
	}
}

func TestPhotoThatMatchesBestIsTheOneThatIsShown(t *testing.T) {
	d, shop := loadDescription(t), newFakeShop(t)
	shop.change = func(r *retrieval.Response) {
		for i := range r.Hits {
			p := &r.Hits[i].Product
			p.Photos = append(slices.Clone(p.Photos), catalog.Photo{Ref: "https://photos.example/" + p.ID + ".jpg"}, catalog.Photo{Ref: "back.jpg", Root: t.TempDir()})
			r.Hits[i].Photo = &retrieval.HitPhoto{Index: 2 - i%2, Ref: p.Photos[2-i%2].Ref}
			r.Hits[i].ImagePending = i == 1
		}
	}
	h := New(shop, Options{})
	_, body := d.ask(t, h, httptest.NewRequest(http.MethodGet, "/api/v1/search?q=shoes&limit=2", nil), true)
	hits := results(t, body).Hits
	if got, want := hits[0].Photo, (retrieval.HitPhoto{Index: 2, Ref: "/images/" + hits[0].Product.ID + "/2"}); got == nil || *got != want || hits[0].ImagePending {
		t.Errorf("a photo of a folder: %+v", got)
	}
	if got, want := hits[1].Photo, (retrieval.HitPhoto{Index: 1, Ref: "https://photos.example/" + hits[1].Product.ID + ".jpg"}); got == nil || *got != want || !hits[1].ImagePending {
		t.Errorf("a photo behind a URL: %+v", got)
	}
	_, page := get(t, h, "/?q=shoes")
	if !strings.Contains(page, `src="`+hits[0].Photo.Ref+`"`) {
		t.Errorf("the page does not show %s", hits[0].Photo.Ref)
	}
	if strings.Contains(page, `src="`+hits[1].Photo.Ref+`"`) || !strings.Contains(page, `alt="No photo yet"`) {
		t.Error("the page shows a photo that could not be had")
	}
}

func TestAPISearchTakesAPhotoAsJSONAndAsForm(t *testing.T) {
	d, shop := loadDescription(t), newFakeShop(t)
	var asked retrieval.Query
	shop.before = func(q *retrieval.Query) { asked = *q }
	h := New(shop, Options{})
	photo := photoOf(t, colours["green"])
	requests := map[string]*http.Request{
		"JSON": jsonRequest(`{"query":"lamp","mode":"vector","filters":[{"field":"in_stock","values":["true"]}],"limit":5,"offset":1,"explain":true,` +
			`"crop":{"x":1,"y":2,"width":30,"height":40},"photo":"` + base64.StdEncoding.EncodeToString(photo) + `"}`),
		"a form": form(t, "/api/v1/search", [2]string{"q", "lamp"}, [2]string{"mode", "vector"}, [2]string{"filter", "in_stock=true"}, [2]string{"limit", "5"},
			[2]string{"offset", "1"}, [2]string{"explain", "true"}, [2]string{"crop", "1,2,30,40"}, [2]string{"photo", string(photo)}),
	}
	for name, r := range requests {
		t.Run(name, func(t *testing.T) {
			response, body := d.ask(t, h, r, name == "JSON")
			wantStatus(t, response, body, 200)
			if got := results(t, body); got.Total != 4 || got.Hits[0].Rank != 2 || got.Hits[0].Product.Colour != "green" {
				t.Errorf("answer: %s", body)
			}
			if len(asked.Photos) != 1 || !bytes.Equal(asked.Photos[0].Data, photo) || asked.Photos[0].Crop.Min.X != 1 || asked.Photos[0].Crop.Dy() != 40 || asked.Limit != 5 || !asked.Explain {
				t.Errorf("the engine was asked %+v", asked)
			}
		})
	}
}

func TestAPIRefusesUnusableBodies(t *testing.T) {
	d := loadDescription(t)
	h := New(newFakeShop(t), Options{})
	tooLarge := base64.StdEncoding.EncodeToString(append([]byte("\xff\xd8\xff"), make([]byte, retrieval.MaxPhotoBytes)...))
	for name, test := range map[string]struct {
		body   string
		status int
		text   string
	}{
		"no JSON":           {`{"query":`, 400, "not JSON"},
		"a wrong kind":      {`{"query":7}`, 400, "cannot be a number"},
		"no base64":         {`{"photo":"%%%"}`, 400, "bad-request"},
		"no photo":          {`{"photo":"` + base64.StdEncoding.EncodeToString([]byte("<svg/>")) + `"}`, 415, "photo-kind"},
		"a large photo":     {`{"photo":"` + tooLarge + `"}`, 413, "photo-too-large"},
		"much JSON":         {`{"query":"` + strings.Repeat("x", maxJSONBytes) + `"}`, 413, "beside the photo"},
		"very much JSON":    {`{"query":"` + strings.Repeat("x", maxSearchBytes) + `"}`, 413, "too-large"},
		"an empty crop":     {`{"crop":{"x":1,"y":1,"width":0,"height":5}}`, 400, "Crop needs"},
		"a huge crop":       {`{"crop":{"x":1,"y":1,"width":9223372036854775807,"height":5}}`, 400, "Crop needs"},
		"many filters":      {`{"filters":[` + strings.Repeat(`{"field":"brand"},`, retrieval.MaxFilters) + `{"field":"brand"}]}`, 400, "filters"},
		"an unknown mode":   {`{"mode":"best"}`, 400, "use ranked"},
		"a negative offset": {`{"offset":-1}`, 400, "Offset + limit"},
	} {
		t.Run(name, func(t *testing.T) {
			response, body := d.ask(t, h, jsonRequest(test.body), false)
			wantStatus(t, response, body, test.status)
			wantText(t, body, test.text)
		})
	}
	r := jsonRequest("x")
	r.Header.Set("Content-Type", "text/plain")
	response, body := d.ask(t, h, r, false)
	wantStatus(t, response, body, 415)
}

func TestAPIWithoutSimilarProductsSaysSo(t *testing.T) {
	type plain struct{ Searcher }
	h := New(plain{newFakeShop(t)}, Options{})
	response, body := get(t, h, "/api/v1/products/shoes-red-0/similar")
	wantStatus(t, response, body, 404)
	wantText(t, body, "not-offered")
	response, body = get(t, h, "/product/shoes-red-0")
	wantStatus(t, response, body, 200)
}

func TestAPIAddressesThatDoNotExistAreProblemDocuments(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	response, body := get(t, h, "/api/v2/search")
	wantStatus(t, response, body, 404)
	wantText(t, body, `"type":"urn:vitrine:problem:not-found"`)
	response, body = ask(t, h, httptest.NewRequest("DELETE", "/api/v1/search", nil))
	wantStatus(t, response, body, 405)
	if allowed := response.Header.Get("Allow"); allowed != "GET, POST, HEAD" {
		t.Errorf("Allow is %q", allowed)
	}
}

func TestAPIPassesTheSameSearchOnFromAddressJSONAndForm(t *testing.T) {
	d, shop := loadDescription(t), newFakeShop(t)
	var got retrieval.Query
	shop.before = func(q *retrieval.Query) { got = *q }
	h := New(shop, Options{})
	want := retrieval.Query{
		Text: "shoes not red", Filters: []retrieval.Filter{{Field: "attribute.material", Values: []string{"wool"}, Not: true}},
		Ignore: []string{"price=..50"}, Literal: true, Sort: retrieval.SortNewest, Group: "brand", Diversity: 0.5, Cursor: "*",
	}
	asJSON := httptest.NewRequest("POST", "/api/v1/search", strings.NewReader(`{"query": "shoes not red", "filters": [{"field": "attribute.material", "values": ["wool"], "not": true}],
		"ignore": ["price=..50"], "literal": true, "sort": "newest", "group": "brand", "diversity": 0.5, "cursor": "*"}`))
	asJSON.Header.Set("Content-Type", "application/json")
	for name, r := range map[string]*http.Request{
		"address": httptest.NewRequest("GET", "/api/v1/search?q=shoes+not+red&filter=attribute.material!%3Dwool&ignore=price%3D..50&literal=true&sort=newest&group=brand&diversity=0.5&cursor=*", nil),
		"JSON":    asJSON,
		"form": form(t, "/api/v1/search", [2]string{"q", "shoes not red"}, [2]string{"filter", "attribute.material!=wool"}, [2]string{"ignore", "price=..50"},
			[2]string{"literal", "true"}, [2]string{"sort", "newest"}, [2]string{"group", "brand"}, [2]string{"diversity", "0.5"}, [2]string{"cursor", "*"}),
	} {
		response, body := d.ask(t, h, r, name != "form") // whose values are all text for the validator
		wantStatus(t, response, body, 200)
		got.Mode, got.Limit, got.Balance = "", 0, nil // which the validator fills in
		if !reflect.DeepEqual(got, want) {
			t.Errorf("by %s it is %+v, want %+v", name, got, want)
		}
	}
}

func TestAPITellsThatACursorIsGone(t *testing.T) {
	d, shop := loadDescription(t), newFakeShop(t)
	shop.err = retrieval.ErrCursorGone
	response, body := d.ask(t, New(shop, Options{}), httptest.NewRequest("GET", "/api/v1/search?cursor=KEY.24", nil), true)
	wantStatus(t, response, body, 410)
	wantText(t, body, "cursor-gone", "search again from the first page")
}

func TestAPITellsHowTheCatalogueSpellsAWord(t *testing.T) {
	d := loadDescription(t)
	response, body := d.ask(t, New(newFakeShop(t), Options{}), httptest.NewRequest("GET", "/api/v1/search?q=red+shoez", nil), true)
	wantStatus(t, response, body, 200)
	wantText(t, body, `"suggestion":"red shoes"`, `"fusion":{"method":"convex"`)
}

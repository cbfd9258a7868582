package web

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"vitrine/catalog"
	"vitrine/retrieval"
)

// ask sends a request to the handler and returns the answer with its whole body.
func ask(t testing.TB, h http.Handler, r *http.Request) (*http.Response, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Result(), string(body)
}

func get(t testing.TB, h http.Handler, target string) (*http.Response, string) {
	t.Helper()
	return ask(t, h, httptest.NewRequest("GET", target, nil))
}

// form is a multipart request; a field named photo becomes a file.
func form(t testing.TB, target string, fields ...[2]string) *http.Request {
	t.Helper()
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for _, f := range fields {
		var err error
		var into io.Writer
		if f[0] == "photo" {
			into, err = parts.CreateFormFile("photo", "photo.jpg")
		} else {
			into, err = parts.CreateFormField(f[0])
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(into, f[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", target, &body)
	r.Header.Set("Content-Type", parts.FormDataContentType())
	return r
}

func wantStatus(t testing.TB, response *http.Response, body string, want int) {
	t.Helper()
	if response.StatusCode != want {
		t.Fatalf("status %d, want %d; body:\n%s", response.StatusCode, want, body)
	}
}

func wantText(t testing.TB, body string, wanted ...string) {
	t.Helper()
	plain := strings.ReplaceAll(body, "&#43;", "+") // as html/template writes a plus sign
	for _, text := range wanted {
		if !strings.Contains(plain, text) {
			t.Errorf("%q is missing in\n%s", text, body)
		}
	}
}

// links are the addresses, unescaped, of all links that carry a class.
func links(body, class string) []string {
	var found []string
	for _, m := range regexp.MustCompile(`<a class="`+class+`" href="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		found = append(found, html.UnescapeString(m[1]))
	}
	return found
}

func TestStartPageOffersExamplesCategoriesAndTheCatalogue(t *testing.T) {
	h := New(newFakeShop(t), Options{Shop: "Corner", Examples: []string{"red & blue"}})
	response, body := get(t, h, "/")
	wantStatus(t, response, body, 200)
	wantText(t, body, "<title>Corner</title>", `href="/?q=red+%26+blue"`, "red &amp; blue", "60 products", `class="tiles"`, `/images/shoes-red-0/0`, "€10.00")
	if n := strings.Count(body, `<li class="card`); n != pageSize {
		t.Errorf("%d cards, want %d", n, pageSize)
	}
}

func TestTilesDoNotOutliveWhatTheRulesHide(t *testing.T) {
	shop := newFakeShop(t)
	s := newSite(shop, Options{}.WithDefaults())
	h := s.handler()
	_, body := get(t, h, "/")
	wantText(t, body, `<img src="/images/shoes-red-0/0" alt=""><span>Footwear`)
	shop.products = slices.DeleteFunc(shop.products, func(p catalog.Product) bool { return p.Category[1] == "Shoes" })
	s.showcase.drawn = s.showcase.drawn.Add(-tilesAge)
	if _, body = get(t, h, "/"); strings.Contains(body, "<span>Footwear") {
		t.Error("the tile of a category without products is still there")
	}
}

func TestSearchShowsResultsFiltersAndPages(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	response, body := get(t, h, "/?q=shoes+dress&filter=colour%3Dred%7Cblue&filter=in_stock%3Dtrue&offset=0")
	wantStatus(t, response, body, 200)
	wantText(t, body, "“shoes dress”", "16 products",
		"Remove filter Colour: ", `href="/?filter=colour%3Dblue&amp;filter=in_stock%3Dtrue&amp;q=shoes+dress"`, // without red
		`href="/?q=shoes+dress">Clear all`, `fill="#c8312f"`, `name="price_min"`)

	response, body = get(t, h, "/?q=cotton")
	wantStatus(t, response, body, 200)
	wantText(t, body, "20 products")
	if strings.Contains(body, "aria-label=\"Pages\"") {
		t.Error("one page of results has a list of pages")
	}
	response, body = get(t, h, "/?offset=24")
	wantStatus(t, response, body, 200)
	wantText(t, body, `aria-current="page">2<`, `href="/" aria-label="Page 1"`, `href="/?offset=48" aria-label="Page 3"`)
}

func TestWhatWasReadOutOfTheWordsCanBeLeftOut(t *testing.T) {
	shop := newFakeShop(t)
	limit := 50.0
	shop.change = func(r *retrieval.Response) {
		r.Understood = []retrieval.Understood{
			{Kind: retrieval.UnderstoodNamed, Words: "shoes", Filter: retrieval.Filter{Field: "category", Values: []string{"Shoes"}}},
			{Kind: retrieval.UnderstoodDenied, Words: "black", Filter: retrieval.Filter{Field: "colour", Values: []string{"black"}, Not: true}},
			{Kind: retrieval.UnderstoodDenied, Words: "black", Filter: retrieval.Filter{Field: "words", Values: []string{"black"}, Not: true}},
			{Kind: retrieval.UnderstoodPrice, Words: "under 50", Filter: retrieval.Filter{Field: "price", Max: &limit}},
		}
	}
	h := New(shop, Options{})
	response, body := get(t, h, "/?q=shoes+not+black+under+50&sort=price_asc&ignore=x")
	wantStatus(t, response, body, 200)
	body = html.UnescapeString(body)
	wantText(t, body, "not black <span", "up to €50 <span", "Take the words literally",
		`href="/?ignore=x&ignore=colour%21%3Dblack&ignore=words%21%3Dblack&q=shoes+not+black+under+50&sort=price_asc"`,
		`href="/?ignore=x&ignore=price%3D..50&q=shoes+not+black+under+50&sort=price_asc"`,
		`href="/?ignore=x&literal=true&q=shoes+not+black+under+50&sort=price_asc"`,
		`name="ignore" value="x"`, `<a href="/?ignore=x&q=shoes+not+black+under+50&sort=price_asc" aria-current="true">Lowest price</a>`)
	shop.change = nil
	if _, body = get(t, h, "/?q=shoes&literal=true"); strings.Contains(body, "Take the words literally") {
		t.Error("literal words are offered to be taken literally")
	}
	wantText(t, body, `href="/?q=shoes" `, "words as they are <span")
}

func TestWhatComesClosestIsSaidToBeThat(t *testing.T) {
	shop := newFakeShop(t)
	shop.change = func(r *retrieval.Response) { r.Closest = true }
	_, body := get(t, New(shop, Options{}), "/?q=shoes&filter=brand%3DAvelo")
	wantText(t, body, "This comes closest.")
}

func TestAttributesAreFiltersAndGroupsSayHowManyTheyHave(t *testing.T) {
	shop := newFakeShop(t)
	shop.change = func(r *retrieval.Response) {
		r.Facets = append(r.Facets, retrieval.Facet{Field: "attribute.sole_type", Values: []retrieval.FacetValue{{Value: "crêpe", Count: 7}, {Value: "rubber", Count: 0}, {Value: "cork", Count: 0}}})
		r.Hits[0].Others = 6
	}
	_, body := get(t, New(shop, Options{}), "/?q=shoes&filter=attribute.sole_type%3Drubber&group=brand")
	body = html.UnescapeString(body)
	wantText(t, body, "<h3>Sole type</h3>", `href="/?filter=attribute.sole_type%3Drubber%7Ccr%C3%AApe&group=brand&q=shoes"`,
		`href="/?group=brand&q=shoes" class="taken"`, "+ 6 more", "Remove filter Sole type: ")
	_, missing := get(t, New(shop, Options{}), "/?q=shoes&filter=attribute.sole_type%3Drubber%7Cgum")
	wantText(t, missing, `class="taken"><span class="box" aria-hidden="true"></span><span class="label">gum</span>`)
	if strings.Contains(body, "cork") {
		t.Error("a value that nothing has is offered")
	}
}

func TestPriceFormBecomesAFilter(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	response, body := get(t, h, "/?q=shoes&price_min=20&price_max=50%2C50&filter=price%3D1..2")
	wantStatus(t, response, body, 200)
	wantText(t, body, "€20 – €50.50", "4 products")

	response, body = get(t, h, "/?q=shoes&price_min=cheap")
	wantStatus(t, response, body, 400)
	wantText(t, body, "The price &#34;cheap&#34; is not a number", `value="shoes"`)
}

func TestChineseWordsShowChineseTitles(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	_, body := get(t, h, "/?q="+url.QueryEscape("红色跑鞋"))
	wantText(t, body, `lang="zh">红色跑鞋<`)
	_, body = get(t, h, "/?q=shoes")
	if strings.Contains(body, "红色跑鞋") {
		t.Error("an English query shows Chinese titles")
	}
}

func TestNoResultsSayWhatToDo(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	response, body := get(t, h, "/?q=zeppelin&filter=brand%3DAvelo")
	wantStatus(t, response, body, 200)
	wantText(t, body, "Nothing was found", "search without any", "the whole catalogue", "0 products")
}

func TestADegradedLegIsTold(t *testing.T) {
	shop := newFakeShop(t)
	shop.change = func(r *retrieval.Response) {
		r.Legs = append(r.Legs, retrieval.LegReport{Leg: retrieval.LegTextImage, Error: "deadline"})
	}
	_, body := get(t, New(shop, Options{}), "/?q=shoes")
	wantText(t, body, "Left out of this search", "Text → photo")
}

func TestARuleLeadsToAPageOfTheShopAndOffersAnotherSite(t *testing.T) {
	shop := newFakeShop(t)
	lead := func(address string) {
		shop.change = func(r *retrieval.Response) { r.Redirect = address }
	}
	lead("/?filter=category%3DShoes")
	response, body := get(t, New(shop, Options{}), "/?q=shoes")
	wantStatus(t, response, body, http.StatusFound)
	if to := response.Header.Get("Location"); to != "/?filter=category%3DShoes" {
		t.Errorf("the answer leads to %q", to)
	}
	lead("https://help.example/returns?a=1&b=2")
	response, body = get(t, New(shop, Options{}), "/?q=shoes")
	wantStatus(t, response, body, http.StatusOK)
	wantText(t, body, `<a href="https://help.example/returns?a=1&amp;b=2">`, "20 products")
}

func TestInspectionShowsTheRulesOfAListThatNothingElseScores(t *testing.T) {
	shop := newFakeShop(t)
	shop.change = func(r *retrieval.Response) {
		for i := range r.Hits {
			r.Hits[i].Score = 1.5
			r.Hits[i].Ledger = &retrieval.Ledger{Rules: []retrieval.RuleEntry{{Rule: "season", Contribution: 1.5}}, Score: 1.5}
		}
	}
	response, body := get(t, New(shop, Options{}), "/inspect?offset=0&id=shoes-red-0")
	wantStatus(t, response, body, 200)
	wantText(t, body, "Rules that applied", "season", "+1.500000", "= score <strong>1.500000")
}

func TestUploadedPhotoLeadsToASearchThatCanBePaged(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	photo := photoOf(t, colours["blue"])
	response, body := ask(t, h, form(t, "/photo", [2]string{"q", "shoes"}, [2]string{"mode", "hybrid"}, [2]string{"photo", string(photo)}))
	wantStatus(t, response, body, 303)
	target := response.Header.Get("Location")
	if !regexp.MustCompile(`^/\?mode=hybrid&photo=[0-9a-f]{64}&q=shoes$`).MatchString(target) {
		t.Fatalf("led to %q", target)
	}
	response, body = get(t, h, target)
	wantStatus(t, response, body, 200)
	wantText(t, body, "Like your photo, “shoes”", "5 products", `href="/?mode=hybrid&amp;q=shoes" aria-label="Remove the photo"`, `name="photo" value="`)

	src := regexp.MustCompile(`/photo/[0-9a-f]{64}`).FindString(body)
	response, body = get(t, h, src)
	wantStatus(t, response, body, 200)
	if body != string(photo) || response.Header.Get("Content-Type") != "image/jpeg" || response.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the photo came back as %d bytes of %s", len(body), response.Header.Get("Content-Type"))
	}
}

func TestAnExpiredPhotoIsAskedForAgain(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	hash := strings.Repeat("ab", 32)
	for target, wanted := range map[string]string{
		"/?photo=" + hash:                              "upload it again",
		"/?q=shoes&photo=" + hash:                      "20 products", // the words still count
		"/inspect?offset=0&id=x&q=shoes&photo=" + hash: "upload it again",
		"/api/v1/search?photo=" + hash:                 "urn:vitrine:problem:photo-gone",
	} {
		response, body := get(t, h, target)
		wantStatus(t, response, body, 410)
		wantText(t, body, wanted)
	}
}

func TestUnusablePhotosAreRefusedWithAReason(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	for name, test := range map[string]struct {
		photo  string
		status int
		text   string
	}{
		"no file":       {"", 400, "No photo was chosen"},
		"a script":      {"<html><script>alert(1)</script>", 415, "text/html"},
		"an SVG":        {`<svg xmlns="http://www.w3.org/2000/svg"/>`, 415, "JPEG, PNG, GIF or WebP"},
		"a TIFF":        {"II*\x00\x08\x00\x00\x00", 415, "JPEG, PNG, GIF or WebP"},
		"over 10 MB":    {"\xff\xd8\xff" + strings.Repeat("x", retrieval.MaxPhotoBytes), 413, "larger than 10 MB"},
		"10 MB of text": {strings.Repeat("x", retrieval.MaxPhotoBytes), 415, "text/plain"},
	} {
		t.Run(name, func(t *testing.T) {
			response, body := ask(t, h, form(t, "/photo", [2]string{"photo", test.photo}, [2]string{"q", "kept <words>"}))
			wantStatus(t, response, body, test.status)
			wantText(t, body, test.text)
		})
	}
	t.Run("not a form", func(t *testing.T) {
		response, body := ask(t, h, httptest.NewRequest("POST", "/photo", strings.NewReader("x")))
		wantStatus(t, response, body, 415)
	})
	t.Run("too many parts", func(t *testing.T) {
		fields := make([][2]string, maxFormParts+1)
		for i := range fields {
			fields[i] = [2]string{"f" + strconv.Itoa(i), "x"}
		}
		response, body := ask(t, h, form(t, "/photo", fields...))
		wantStatus(t, response, body, 413)
	})
	t.Run("too long fields", func(t *testing.T) {
		response, body := ask(t, h, form(t, "/photo", [2]string{"q", strings.Repeat("x", maxFieldBytes+1)}))
		wantStatus(t, response, body, 413)
	})
	t.Run("damaged, found by the searcher", func(t *testing.T) {
		response, body := ask(t, h, form(t, "/photo", [2]string{"photo", "\xff\xd8\xff\xe0 no more"}))
		wantStatus(t, response, body, 303)
		response, body = get(t, h, response.Header.Get("Location"))
		wantStatus(t, response, body, 400)
		wantText(t, body, "The photo is damaged")
	})
}

func TestInspectionShowsALedgerThatSumsToTheScore(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	for _, mode := range []string{"ranked", "hybrid"} {
		_, body := get(t, h, "/?q=shoes&mode="+mode)
		why := links(body, "why")
		if len(why) != 20 {
			t.Fatalf("%d links to inspections, want 20", len(why))
		}
		response, body := get(t, h, why[1])
		wantStatus(t, response, body, 200)
		wantText(t, body, "Rank 2 of 20", "Keyword", "= score <strong>", `rel="prev"`, `rel="next"`, "<svg class=\"bar", "fake words", "gen-000001", "90 µs")
		if strings.Contains(body, "≠") {
			t.Error("the sum differs from the score")
		}
		if ranker := strings.Contains(body, "Out of stock") && strings.Contains(body, "What the ranker made of it"); ranker != (mode == "ranked") {
			t.Errorf("mode %s: features are shown: %v", mode, ranker)
		}
		// A feature that adds nothing is folded away, and still counted.
		at, folded := strings.Index(body, "Out of stock</th>"), strings.Index(body, "<summary>1 more without effect here</summary>")
		if mode == "ranked" && (folded < 0 || at < folded || !strings.Contains(body, "Sum of 2 contributions")) {
			t.Errorf("the feature without effect stands at %d, what is folded at %d", at, folded)
		}
		// From one result to the next, and back.
		next := html.UnescapeString(regexp.MustCompile(`rel="next" href="([^"]*)"`).FindStringSubmatch(body)[1])
		response, body = get(t, h, next)
		wantStatus(t, response, body, 200)
		wantText(t, body, "Rank 3 of 20", "‹ Rank 2")
	}
}

func TestInspectionOfAResultThatHasMovedSaysSo(t *testing.T) {
	shop := newFakeShop(t)
	for target, h := range map[string]http.Handler{
		"/inspect?q=shoes&offset=0&id=lamps-red-0": New(plainShop{shop}, Options{}), "/inspect?q=shoes&offset=500&id=shoes-red-0": New(plainShop{shop}, Options{}),
		"/inspect?q=shoes": New(shop, Options{}), "/inspect?q=shoes&offset=1000&id=x&moved=": New(shop, Options{}),
	} {
		response, body := get(t, h, target)
		wantStatus(t, response, body, 404)
		wantText(t, body, "The result has moved", `value="shoes"`)
	}
}

func TestInspectionOfAResultThatHasMovedLeadsToItsNewPlace(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	for target, want := range map[string]string{
		"/inspect?q=shoes&offset=500&id=shoes-red-0": "Rank 1 of 20", "/inspect?q=shoes&offset=0&id=lamps-red-0": "Why it is not here",
	} {
		response, body := get(t, h, target)
		for response.StatusCode == 303 {
			response, body = get(t, h, response.Header.Get("Location"))
		}
		wantStatus(t, response, body, 200)
		wantText(t, body, want)
	}
}

func TestProductPageShowsFactsPhotosAndSimilarProducts(t *testing.T) {
	shop := newFakeShop(t)
	p := &shop.products[0]
	p.Variants = []catalog.Variant{{SKU: "V-1", Size: "42", PriceCents: 120, InStock: true}}
	p.Attributes["sleeve_length"] = "long"
	h := New(shop, Options{})
	response, body := get(t, h, "/product/"+p.ID)
	wantStatus(t, response, body, 200)
	wantText(t, body, p.Title, "红色跑鞋", "€10.00", "A thing of use.", "Sleeve length", "V-1", "Looks like this", "Reads like this", `/?filter=category%3DShoes`, `src="/images/shoes-red-0/0"`)
	response, body = get(t, h, "/product/unknown")
	wantStatus(t, response, body, 404)
	wantText(t, body, "There is no such product")
}

func TestImagesAreOnlyEverImages(t *testing.T) {
	shop := newFakeShop(t)
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "page.jpg"), []byte("<html><script>alert(1)</script></html>"))
	shop.products = append(shop.products,
		catalog.Product{ID: "hostile/../id", Title: "x", Photos: []catalog.Photo{{Ref: "page.jpg", Root: dir}, {Ref: "../../etc/passwd", Root: dir}, {Ref: "https://images.example/a.jpg"}}})
	h := New(shop, Options{})
	id := url.PathEscape("hostile/../id")

	response, body := get(t, h, "/images/shoes-red-0/0")
	wantStatus(t, response, body, 200)
	if kind := response.Header.Get("Content-Type"); kind != "image/jpeg" {
		t.Errorf("a photo is sent as %s", kind)
	}
	again := httptest.NewRequest("GET", "/images/shoes-red-0/0", nil)
	again.Header.Set("If-None-Match", response.Header.Get("ETag"))
	response, body = ask(t, h, again)
	wantStatus(t, response, body, 304)

	for _, target := range []string{"/images/" + id + "/0", "/images/" + id + "/1", "/images/" + id + "/7", "/images/" + id + "/-1", "/images/unknown/0"} {
		response, body := get(t, h, target)
		wantStatus(t, response, body, 404)
		if kind := response.Header.Get("Content-Type"); kind != "image/svg+xml" || !strings.Contains(body, "No photo") {
			t.Errorf("%s is answered with %s: %s", target, kind, body)
		}
	}
	response, body = get(t, h, "/images/"+id+"/2")
	wantStatus(t, response, body, 302)
	_, body = get(t, h, "/product/"+id)
	wantText(t, body, `src="/images/hostile%2F..%2Fid/0"`, `src="https://images.example/a.jpg"`)
}

func TestHostileTextStaysText(t *testing.T) {
	const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>javascript:alert(1)`
	shop := newFakeShop(t)
	shop.products = []catalog.Product{{
		ID: hostile, Title: hostile, Titles: map[string]string{"zh": hostile}, Description: hostile, Brand: hostile, Category: []string{hostile}, Colour: hostile,
		PriceCents: 1, Currency: hostile, SKU: hostile, EAN: []string{hostile}, Attributes: map[string]string{hostile: hostile},
		Photos: []catalog.Photo{{Ref: "http://x/" + hostile}, {Ref: hostile}}, Variants: []catalog.Variant{{SKU: hostile, Colour: hostile}},
	}}
	h := New(shop, Options{Shop: hostile, Examples: []string{hostile}})
	words := url.QueryEscape(hostile)
	filter := url.QueryEscape(retrieval.Filter{Field: "brand", Values: []string{hostile}}.String())
	for _, target := range []string{
		"/", "/?q=" + words, "/?q=" + words + "&filter=" + filter, "/?mode=" + words, "/?filter=" + words, "/?price_min=" + words,
		"/product/" + url.PathEscape(hostile), "/inspect?q=alert&offset=0&id=" + words, "/" + url.PathEscape(hostile),
	} {
		_, body := get(t, h, target)
		// html/template writes every < of a text as &lt;, so only our own tags may be left.
		if strings.Contains(body, "<script>") || strings.Contains(body, "<img src=x") || regexp.MustCompile(`(href|src)="?javascript:`).MatchString(body) {
			t.Errorf("%s lets a hostile text through:\n%s", target, body)
		}
	}
	if r, body := get(t, h, "/inspect?q=alert&offset=0&id="+words); r.StatusCode != 200 {
		t.Errorf("the inspection of a hostile product: %d\n%s", r.StatusCode, body)
	}
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	for _, target := range []string{"/", "/nothing", "/api/v1/search", "/static/unknown.css", "/healthz", assetURL("style.css")} {
		response, _ := get(t, h, target)
		policy := response.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: policy %q", target, policy)
		}
	}
}

func TestPagesHaveNoInlineStyleOrScript(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	for _, target := range []string{"/", "/?q=shoes", "/product/shoes-red-0", "/inspect?q=shoes&offset=0&id=shoes-red-0", "/nothing"} {
		_, body := get(t, h, target)
		if found := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(?:>| [^>]*[^r]>[^<])`).FindString(body); found != "" {
			t.Errorf("%s has %q, which the policy forbids", target, found)
		}
	}
}

func TestAssetsMayBeKeptForEver(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	for name, kind := range map[string]string{"style.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml", "no-photo.svg": "image/svg+xml"} {
		response, body := get(t, h, assetURL(name))
		wantStatus(t, response, name, 200)
		if !strings.HasPrefix(response.Header.Get("Content-Type"), kind) || !strings.Contains(response.Header.Get("Cache-Control"), "immutable") || body == "" {
			t.Errorf("%s: %v", name, response.Header)
		}
	}
}

func TestPagesOfUnknownAddressesAndMethods(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	response, body := get(t, h, "/nothing/here")
	wantStatus(t, response, body, 404)
	wantText(t, body, "There is nothing here", "<form")
	response, body = ask(t, h, httptest.NewRequest("DELETE", "/", nil))
	wantStatus(t, response, body, 405)
	if allowed := response.Header.Get("Allow"); allowed != "GET, HEAD" {
		t.Errorf("Allow is %q", allowed)
	}
}

func TestFailuresAreShownWithoutTheirInnards(t *testing.T) {
	shop := newFakeShop(t)
	shop.err = fmt.Errorf("open /secret/path: broken")
	h := New(shop, Options{})
	response, body := get(t, h, "/?q=shoes")
	wantStatus(t, response, body, 500)
	wantText(t, body, "Something went wrong on our side", `value="shoes"`)
	if strings.Contains(body, "secret") {
		t.Error("the page tells the inner error")
	}
	shop.err = fmt.Errorf("%w: x", retrieval.ErrAllLegsFailed)
	response, body = get(t, h, "/?q=shoes")
	wantStatus(t, response, body, 503)
	shop.err, shop.generation = nil, ""
	response, body = get(t, h, "/")
	wantStatus(t, response, body, 503)
	wantText(t, body, "vitrine index")
}

func TestAMisspeltSearchOffersTheCataloguesSpelling(t *testing.T) {
	response, body := get(t, New(newFakeShop(t), Options{}), "/?q=red+shoez&filter=brand%3DBolt&offset=24")
	wantStatus(t, response, body, 200)
	wantText(t, body, `Did you mean <a href="/?filter=brand%3DBolt&amp;q=red+shoes">red shoes</a>?`)
	_, body = get(t, New(newFakeShop(t), Options{}), "/?q=red+shoes")
	if strings.Contains(body, "Did you mean") {
		t.Error("words that are right are corrected")
	}
}

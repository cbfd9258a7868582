package web

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

func TestThePageOfAMissingProductSaysWhy(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	response, body := get(t, h, "/missing?q=shoes&filter=brand%3DAvelo&product=shoes-red-1")
	wantStatus(t, response, body, 200)
	wantText(t, body, "Why it is not here", "the filter brand=Avelo: &lt;i&gt;no&lt;/i&gt;", "Without brand=Avelo it would stand at rank 3", `name="filter" value="brand=Avelo"`)
	response, body = get(t, h, "/missing?q=shoes&product=lamps-red-1")
	wantStatus(t, response, body, 200)
	wantText(t, body, "<li>Keyword: it lacks the words</li>", "Not among 20 results")

	// A product that is there after all is shown at its place.
	response, body = get(t, h, "/missing?q=shoes&product=shoes-red-0")
	wantStatus(t, response, body, 303)
	response, body = get(t, h, response.Header.Get("Location"))
	wantStatus(t, response, body, 200)
	wantText(t, body, "= score <strong>")

	for target, status := range map[string]int{
		"/missing?q=shoes": 400, "/missing?q=shoes&product=nobody": 404, "/missing?q=shoes&product=%ff": 400,
		"/missing?q=shoes&product=" + strings.Repeat("x", 129): 400, "/missing?mode=best&product=shoes-red-0": 400,
	} {
		response, body := get(t, h, target)
		wantStatus(t, response, body, status)
	}
}

func TestTheInspectionAsksWhyAnotherProductIsMissing(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	_, body := get(t, h, "/?q=shoes&filter=colour%3Dred")
	_, body = get(t, h, links(body, "why")[0])
	form := regexp.MustCompile(`(?s)<form class="ask-product".*?</form>`).FindString(body)
	wantText(t, html.UnescapeString(form), `action="/missing"`, `name="q" value="shoes"`, `name="filter" value="colour=red"`, `name="product"`)
}

// plainShop can search and nothing else.
type plainShop struct{ Searcher }

func TestWhyNotIsNotOfferedByAShopThatCannotTell(t *testing.T) {
	h := New(plainShop{newFakeShop(t)}, Options{})
	_, body := get(t, h, "/?q=shoes")
	_, body = get(t, h, links(body, "why")[0])
	if strings.Contains(body, "ask-product") {
		t.Error("the form is offered")
	}
	response, body := get(t, h, "/api/v1/explain?q=shoes&product=shoes-red-0")
	wantStatus(t, response, body, 404)
}

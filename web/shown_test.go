package web

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"vitrine/retrieval"
)

var (
	oneHash   = strings.Repeat("0a", 32)
	otherHash = strings.Repeat("1b", 32)
)

func TestWhatIsShownIsReadAndWrittenAsAnAddress(t *testing.T) {
	half := 0.5
	for query, want := range map[string]shown{
		"":               {},
		"photo=&crop=":   {},
		"like=a&like=b":  {Like: []string{"a", "b"}},
		"unlike=a&q=red": {Unlike: []string{"a"}},
		"balance=0.5":    {Balance: &half},
		"photo=" + oneHash + "&photo=" + otherHash:                                     {Photos: []shownPhoto{{Hash: oneHash}, {Hash: otherHash}}},
		"crop=1%2C2%2C3%2C4&photo=" + oneHash + "&photo=" + otherHash:                  {Photos: []shownPhoto{{Hash: oneHash, Crop: image.Rect(1, 2, 4, 6)}, {Hash: otherHash}}},
		"crop=&crop=1%2C2%2C3%2C4&photo=" + oneHash + "&photo=" + otherHash:            {Photos: []shownPhoto{{Hash: oneHash}, {Hash: otherHash, Crop: image.Rect(1, 2, 4, 6)}}},
		"photo=" + oneHash + "&photo=" + otherHash + "&weight=&weight=2.5":             {Photos: []shownPhoto{{Hash: oneHash}, {Hash: otherHash, Weight: 2.5}}},
		"photo=" + oneHash + "&crop_of=1&crop_x=1&crop_y=2&crop_width=3&crop_height=4": {Photos: []shownPhoto{{Hash: oneHash, Crop: image.Rect(1, 2, 4, 6)}}},
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseShown(values)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %+v, %v; want %+v", query, got, err, want)
		}
		written := url.Values{}
		got.add(written)
		if again, err := parseShown(written); err != nil || !reflect.DeepEqual(again, want) {
			t.Errorf("%q is written as %q, which is %+v, %v", query, written.Encode(), again, err)
		}
	}
}

func TestExamplesAreTakenAndGivenUp(t *testing.T) {
	half := 0.5
	r := request{Text: "red", Offset: 24, shown: shown{Balance: &half}}
	r = r.liking("a").unliking("b").liking("b").unliking("c").liking("a")
	if !slices.Equal(r.Like, []string{"b", "a"}) || !slices.Equal(r.Unlike, []string{"c"}) || r.Offset != 0 || r.Balance == nil {
		t.Errorf("got %+v", r)
	}
	if r = r.forgetting("a").forgetting("b"); len(r.Like) > 0 || len(r.Unlike) != 1 || r.Balance != nil {
		t.Errorf("words are left to turn from c and nothing to balance: %+v", r)
	}
	// Without anything that is wanted, what is not liked means nothing.
	if left := (request{shown: shown{Like: []string{"a"}, Unlike: []string{"b"}}}).forgetting("a"); left.Unlike != nil {
		t.Errorf("unlike alone is left: %+v", left)
	}
}

func fixedSize(context.Context, []byte) (image.Point, error) { return image.Pt(64, 48), nil }

func upload(t *testing.T, fields ...[2]string) (target string, asked func() retrieval.Query, h func(string) string) {
	t.Helper()
	shop := newFakeShop(t)
	var last retrieval.Query
	shop.before = func(q *retrieval.Query) { last = *q }
	site := New(shop, Options{PhotoSize: fixedSize})
	response, body := ask(t, site, form(t, "/photo", fields...))
	wantStatus(t, response, body, 303)
	return response.Header.Get("Location"), func() retrieval.Query { return last }, func(target string) string {
		response, body := get(t, site, target)
		wantStatus(t, response, body, 200)
		return body
	}
}

func TestPartsOfAPhotoAreOfferedWithoutScript(t *testing.T) {
	target, asked, open := upload(t, [2]string{"q", "shoes"}, [2]string{"photo", string(photoOf(t, colours["blue"]))})
	body := open(target)
	wantText(t, body, `viewBox="0 0 64 48"`, "Search by this part", `name="crop_of" value="1"`, ">Centre</a>", ">Whole</a>", `name="balance"`)
	part := regexp.MustCompile(`<a href="([^"]+)">Centre</a>`).FindStringSubmatch(body)
	if part == nil {
		t.Fatal("the centre is not offered")
	}
	body = open(strings.ReplaceAll(part[1], "&amp;", "&"))
	if got := asked().Photos; len(got) != 1 || got[0].Crop != image.Rect(16, 12, 48, 36) {
		t.Errorf("the engine was asked for %d photos", len(got))
	}
	wantText(t, body, `aria-current="true">Centre</a>`, `<rect class="cut" x="16" y="12" width="32" height="24"/>`, `name="crop_width" min="1" max="64" value="32"`)
	open(target + "&crop_of=1&crop_x=3&crop_y=4&crop_width=5&crop_height=6&balance=0.75")
	if got := asked(); got.Photos[0].Crop != image.Rect(3, 4, 8, 10) || got.Balance == nil || *got.Balance != 0.75 {
		t.Errorf("the form asks the engine for %v, %v", got.Photos[0].Crop, got.Balance)
	}
}

func TestAPhotoOfUnknownSizeHasNoParts(t *testing.T) {
	failing := func(context.Context, []byte) (image.Point, error) { return image.Point{}, errors.New("no size") }
	for name, size := range map[string]func(context.Context, []byte) (image.Point, error){"none": nil, "failing": failing} {
		h := New(newFakeShop(t), Options{PhotoSize: size})
		response, _ := ask(t, h, form(t, "/photo", [2]string{"photo", string(photoOf(t, colours["blue"]))}))
		response, body := get(t, h, response.Header.Get("Location"))
		wantStatus(t, response, body, 200)
		if strings.Contains(body, "crop_of") {
			t.Errorf("%s: parts of a photo are offered", name)
		}
	}
}

func TestAPhotoIsAddedToTheOthers(t *testing.T) {
	shop := newFakeShop(t)
	var asked retrieval.Query
	shop.before = func(q *retrieval.Query) { asked = *q }
	h := New(shop, Options{})
	blue := [2]string{"photo", string(photoOf(t, colours["blue"]))}
	response, _ := ask(t, h, form(t, "/photo", blue))
	for n := 2; n <= retrieval.MaxPhotos+1; n++ {
		_, body := get(t, h, response.Header.Get("Location"))
		action := regexp.MustCompile(`action="(/photo[^"]*)"`).FindStringSubmatch(body)
		if offered := strings.Contains(body, `name="add"`); offered != (n <= retrieval.MaxPhotos) {
			t.Errorf("photo %d can be added: %v", n, offered)
		}
		response, body = ask(t, h, form(t, strings.ReplaceAll(action[1], "&amp;", "&"), blue, [2]string{"add", "1"}, [2]string{"q", "shoes"}))
		wantStatus(t, response, body, 303)
		_, body = get(t, h, response.Header.Get("Location"))
		if want := min(n, retrieval.MaxPhotos); len(asked.Photos) != want || asked.Text != "shoes" {
			t.Errorf("with photo %d the engine was asked for %d photos and %q", n, len(asked.Photos), asked.Text)
		}
		wantText(t, body, fmt.Sprintf("Like your %d photos", len(asked.Photos)))
	}
	// Otherwise it takes their place.
	response, _ = ask(t, h, form(t, "/photo?photo="+oneHash, blue))
	if target := response.Header.Get("Location"); strings.Contains(target, oneHash) {
		t.Errorf("led to %q", target)
	}
}

func TestHitsCanBeLikedAndUnlikedAndThatTakenBack(t *testing.T) {
	shop := newFakeShop(t)
	var asked retrieval.Query
	shop.before = func(q *retrieval.Query) { asked = *q }
	h := New(shop, Options{})
	_, body := get(t, h, "/?q=shoes&offset=1&filter=colour%3Dred")
	wantText(t, body, `href="/?filter=colour%3Dred&amp;like=shoes-red-1&amp;q=shoes"`, `href="/?filter=colour%3Dred&amp;q=shoes&amp;unlike=shoes-red-1"`)
	response, body := get(t, h, "/?q=shoes&like=shoes-red-0&unlike=shoes-blue-1")
	wantStatus(t, response, body, 200)
	if !slices.Equal(asked.Like, []string{"shoes-red-0"}) || !slices.Equal(asked.Unlike, []string{"shoes-blue-1"}) {
		t.Errorf("the engine was asked for %v and %v", asked.Like, asked.Unlike)
	}
	wantText(t, body, "Like one product, “shoes”", "Avelo red running shoes", `href="/?q=shoes&amp;unlike=shoes-blue-1" title="Take this back"`,
		`href="/?like=shoes-red-0&amp;q=shoes" title="Take this back" class="unlike"`, `name="like" value="shoes-red-0"`, `name="balance"`)
	if strings.Contains(body, `href="/product/shoes-blue-1"`) {
		t.Error("what is not liked is among the hits")
	}
	// A list has nothing to turn away, and an example that is gone can be taken back.
	_, body = get(t, h, "/")
	if strings.Contains(body, "unlike=") || !strings.Contains(body, "like=shoes-red-0") {
		t.Error("of a list products can be liked and not unliked")
	}
	response, body = get(t, h, "/?like=gone&like=shoes-red-0")
	wantStatus(t, response, body, 400)
	wantText(t, body, "the product &#34;gone&#34;", `href="/?like=shoes-red-0" title="Take this back"`)
}

func TestOneListOfSimilarProductsIsEnoughWhenBothAreAboutTheSame(t *testing.T) {
	shop := newFakeShop(t)
	shop.products = shop.products[:10] // whichever way round, 9 others
	_, body := get(t, New(shop, Options{}), "/product/shoes-red-0")
	wantText(t, body, "Similar products")
	if strings.Contains(body, "Reads like this") {
		t.Error("the same products are listed twice")
	}
}

func TestAPISimilarTakesAnAspect(t *testing.T) {
	d := loadDescription(t)
	h := New(newFakeShop(t), Options{})
	first := func(by string) string {
		response, body := d.ask(t, h, httptest.NewRequest("GET", "/api/v1/products/shoes-red-0/similar?limit=1&by="+by, nil), true)
		wantStatus(t, response, body, 200)
		return regexp.MustCompile(`"product":\{"id":"([^"]+)"`).FindStringSubmatch(body)[1]
	}
	if look, text := first("look"), first("text"); look == text || first("both") == text {
		t.Errorf("by look it is %s, by text %s", look, text)
	}
	response, body := get(t, h, "/api/v1/products/shoes-red-0/similar?by=smell")
	wantStatus(t, response, body, 400)
	wantText(t, body, "use look, text or both")
}

func TestAPITakesSeveralPhotosAsJSONAndAsForm(t *testing.T) {
	d, shop := loadDescription(t), newFakeShop(t)
	var asked retrieval.Query
	shop.before = func(q *retrieval.Query) { asked = *q }
	h := New(shop, Options{})
	green, blue := photoOf(t, colours["green"]), photoOf(t, colours["blue"])
	encoded := base64.StdEncoding.EncodeToString
	for name, r := range map[string]func() (body string, status int){
		"JSON": func() (string, int) {
			response, body := d.ask(t, h, jsonRequest(`{"query":"lamp","photos":[{"photo":"`+encoded(green)+`","crop":{"x":1,"y":2,"width":30,"height":40},"weight":3},`+
				`{"photo":"`+encoded(blue)+`"}],"like":["lamps-green-0"],"unlike":["lamps-blue-0"],"balance":0.25}`), true)
			return body, response.StatusCode
		},
		"a form": func() (string, int) {
			response, body := d.ask(t, h, form(t, "/api/v1/search", [2]string{"q", "lamp"}, [2]string{"photo", string(green)}, [2]string{"photo", string(blue)},
				[2]string{"crop", "1,2,30,40"}, [2]string{"weight", "3"}, [2]string{"like", "lamps-green-0"}, [2]string{"unlike", "lamps-blue-0"}, [2]string{"balance", "0.25"}), false)
			return body, response.StatusCode
		},
	} {
		asked = retrieval.Query{}
		if body, status := r(); status != 200 {
			t.Errorf("%s: status %d: %s", name, status, body)
		}
		quarter := 0.25
		want := retrieval.Query{
			Text: "lamp", Photos: []retrieval.PhotoQuery{{Data: green, Crop: image.Rect(1, 2, 31, 42), Weight: 3}, {Data: blue}},
			Like: []string{"lamps-green-0"}, Unlike: []string{"lamps-blue-0"}, Balance: &quarter,
		}
		if !reflect.DeepEqual(asked, want) {
			t.Errorf("%s asks the engine for %+v", name, asked)
		}
	}
}

func TestAPIRefusesPhotosThatDoNotAddUp(t *testing.T) {
	h := New(newFakeShop(t), Options{})
	photo := base64.StdEncoding.EncodeToString(photoOf(t, colours["green"]))
	large := base64.StdEncoding.EncodeToString(append([]byte("\xff\xd8\xff"), make([]byte, retrieval.MaxPhotoBytes/2)...))
	one := `{"photo":"` + photo + `"}`
	for name, test := range map[string]struct {
		body   string
		status int
		text   string
	}{
		"both forms":        {`{"photo":"` + photo + `","photos":[` + one + `]}`, 400, "send them or photos"},
		"five photos":       {`{"photos":[` + strings.Repeat(one+",", 4) + one + `]}`, 400, "the limit is 4"},
		"too much together": {`{"photos":[{"photo":"` + large + `"},{"photo":"` + large + `"}]}`, 413, "photo-too-large"},
		"an empty photo":    {`{"photos":[` + one + `,{}]}`, 400, "none that is empty"},
		"a crop alone":      {`{"crop":{"x":1,"y":1,"width":2,"height":5}}`, 400, "a crop needs its photo"},
		"no photo":          {`{"photos":[{"photo":"PHN2Zy8+"}]}`, 415, "photo-kind"},
	} {
		response, body := ask(t, h, jsonRequest(test.body))
		wantStatus(t, response, body, test.status)
		if !strings.Contains(strings.ToLower(body), strings.ToLower(test.text)) {
			t.Errorf("%s: %q is missing in %s", name, test.text, body)
		}
	}
	blue := [2]string{"photo", string(photoOf(t, colours["blue"]))}
	response, body := ask(t, h, form(t, "/api/v1/search", blue, blue, blue, blue, blue))
	wantStatus(t, response, body, 400)
	wantText(t, body, "more than 4 photos")
	response, body = ask(t, h, form(t, "/api/v1/search", blue, [2]string{"crop", "1,2,3,4"}, [2]string{"crop", "1,2,3,4"}))
	wantStatus(t, response, body, 400)
	wantText(t, body, "crops or weights for 2 photos")
	response, body = get(t, h, "/api/v1/search?crop=1,2,3,4")
	wantStatus(t, response, body, 400)
	wantText(t, body, "of no photo")
}

func FuzzParseShown(f *testing.F) {
	f.Add("photo=" + oneHash + "&photo=" + otherHash + "&crop=&crop=1,2,3,4&weight=.5&like=a&unlike=b&balance=1")
	f.Add("crop_of=1&crop_x=1&crop_y=2&crop_width=3&crop_height=4&photo=" + oneHash)
	f.Add("weight=1e9&weight=&balance=.&crop_of=9")
	f.Fuzz(func(t *testing.T, query string) {
		values, _ := url.ParseQuery(query)
		s, err := parseShown(values)
		if len(s.Photos) > retrieval.MaxPhotos || max(len(s.Like), len(s.Unlike)) > retrieval.MaxExamples {
			t.Fatalf("%q is out of bounds: %+v", query, s)
		}
		for _, photo := range s.Photos {
			if !(photo.Weight >= 0 && photo.Weight <= retrieval.MaxPhotoWeight) {
				t.Fatalf("%q has the weight %v", query, photo.Weight)
			}
		}
		if s.Balance != nil && !(*s.Balance >= 0 && *s.Balance <= 1) {
			t.Fatalf("%q has the balance %v", query, *s.Balance)
		}
		if err != nil {
			return
		}
		written := url.Values{}
		s.add(written)
		if again, err := parseShown(written); err != nil || !reflect.DeepEqual(again, s) {
			t.Fatalf("%q is %+v, which becomes %q, which is %+v, %v", query, s, written.Encode(), again, err)
		}
	})
}

package kit

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vitrine/retrieval/evaluation"
)

// published is the data kit, which is not part of the repository.
const published = "../../../../shared/data"

func openPublished(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(published, "fashion", "products.csv")); err != nil {
		t.Skipf("the data kit is not in ../shared/data beside the repository: %v", err)
	}
	return published
}

func makeSet(t *testing.T, dir, name string, split Split) *Set {
	t.Helper()
	set, err := Make(dir, name, split)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestSetsOfTheKitHaveTheirSizesAndRelevantProducts(t *testing.T) {
	dir := openPublished(t)
	for _, test := range []struct {
		name       string
		tune, test int
		relevant   int // least products of grade 2 and more, or of 1 where there are no others
	}{
		{"electronics", 36, 36, 0}, // as published: eight queries have no relevant product
		{"fashion-attributes", 200, 200, leastFitting},
		{"fashion-titles", 200, 200, 1},
		{"street", 200, 200, 0},
		{"grocery", 200, 200, 1},
		{"composed", 100, 200, leastFitting},
	} {
		for split, size := range map[Split]int{Tune: test.tune, Test: test.test} {
			set := makeSet(t, dir, test.name, split)
			if len(set.Queries) != size || len(set.Qrels) != size {
				t.Errorf("%s, %s: %d queries, %d judged; want %d", test.name, split, len(set.Queries), len(set.Qrels), size)
			}
			for _, q := range set.Queries {
				if n := gradedAtLeast(2, set.Qrels[q.ID]); n < test.relevant {
					t.Errorf("%s: %q has %d products of grade 2 and more", q.ID, q.Text, n)
				}
				if q.Photo == "" {
					continue
				}
				if _, err := os.Stat(q.Photo); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

func gradedAtLeast(least int, grades map[string]int) int {
	n := 0
	for _, grade := range grades {
		if grade >= least {
			n++
		}
	}
	return n
}

func TestSetsAreTheSameEachTime(t *testing.T) {
	dir := openPublished(t)
	for _, name := range Names() {
		if diff := cmp.Diff(makeSet(t, dir, name, Test), makeSet(t, dir, name, Test)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestHalvesShareNoQueryAndNoProductThatFits(t *testing.T) {
	dir := openPublished(t)
	for _, name := range Names() {
		tune, test := makeSet(t, dir, name, Tune), makeSet(t, dir, name, Test)
		for _, q := range test.Queries {
			if _, shared := tune.Qrels[q.ID]; shared {
				t.Errorf("%s: query %s is in both halves", name, q.ID)
			}
			if q.Photo != "" && slices.ContainsFunc(tune.Queries, func(other evaluation.Query) bool { return other.Photo == q.Photo }) {
				t.Errorf("%s: photo %s is in both halves", name, q.Photo)
			}
		}
		if name == "electronics" { // divided by query
			continue
		}
		fitting := fits(tune)
		for id := range fits(test) {
			if fitting[id] {
				t.Errorf("%s: product %s fits queries of both halves", name, id)
			}
		}
	}
}

// fits are the products that are judged 2 or 3 for some query.
func fits(set *Set) map[string]bool {
	all := map[string]bool{}
	for _, grades := range set.Qrels {
		for id, grade := range grades {
			if grade >= 2 {
				all[id] = true
			}
		}
	}
	return all
}

func TestAQuarterOfTheAttributeQueriesIsChinese(t *testing.T) {
	set := makeSet(t, openPublished(t), "fashion-attributes", Test)
	chinese := 0
	for _, q := range set.Queries {
		if strings.ContainsFunc(q.Text, func(r rune) bool { return r >= 0x4e00 }) {
			chinese++
		}
	}
	if chinese < 40 || chinese > 60 {
		t.Errorf("%d of %d", chinese, len(set.Queries))
	}
}

// little is a kit of a few rows, from which every set but the published one can be made.
func little(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var feed strings.Builder
	feed.WriteString("id,gender,master_category,sub_category,article_type,base_colour,season,year,usage,title,image\n")
	row := func(id, gender, section, kind, colour, usage, title string) {
		fmt.Fprintf(&feed, "%s,%s,Things,%s,%s,%s,Summer,2012,%s,%s,images/%s.jpg\n", id, gender, section, kind, colour, usage, title, id)
	}
	for i := range 6 {
		row(fmt.Sprint("red", i), "Women", "Shoes", "Heels", "Red", "Casual", fmt.Sprintf("Catwalk Women Model%d Strap Red Heels", i))
		row(fmt.Sprint("blue", i), "Women", "Shoes", "Heels", "Blue", "Casual", fmt.Sprintf("Clarks Women Model%d Strap Blue Heels", i))
	}
	row("men", "Men", "Shoes", "Heels", "Red", "Party", "Catwalk Men Stage Red Heels")
	row("flat", "Women", "Shoes", "Flats", "Red", "Casual", "Catwalk Women Red Flats")
	row("tee", "Women", "Topwear", "Tshirts", "Red", "Casual", "Nike Women Running Red Tshirt")
	row("same", "Women", "Shoes", "Heels", "Red", "Casual", "Catwalk Women Model0 Strap Red Heels")
	row("mixed", "Women", "Shoes", "Heels", "Multi", "NA", "Catwalk Women Mixed Heels")
	for name, text := range map[string]string{
		"fashion/products.csv": feed.String(),
		"street/labels.csv":    "image,label,kids\nimages/a.jpg,Shoes,False\nimages/b.jpg,Body,False\nimages/c.jpg,T-Shirt,True\n",
		"grocery/products.csv": "class_id,name,coarse_class,title,description,image\n" +
			"0,Golden-Delicious,Apple,,yellow,iconic/g.jpg\n1,Pink-Lady,Apple,,pink,iconic/p.jpg\n2,Kiwi,Kiwi,,green,iconic/k.jpg\n",
		"grocery/natural.csv": "image,class_id,split\n" +
			strings.Join([]string{"natural/a.jpg,0,train", "natural/b.jpg,0,train", "natural/c.jpg,1,train", "natural/d.jpg,1,train", "natural/e.jpg,2,train", ""}, "\n"),
		"electronics/queries.dev.tsv": "q1\tlamp\nq2\tphone\nq3\tdesk\nq4\tcable\n",
		"electronics/qrels.dev.txt":   "q1 0 a 3\nq2 0 b 1\nq3 0 c 0\nq4 0 d 2\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// both makes a set's halves as one.
func both(t *testing.T, dir, name string) (texts map[string]string, qrels evaluation.Qrels) {
	t.Helper()
	texts, qrels = map[string]string{}, evaluation.Qrels{}
	for _, split := range []Split{Tune, Test} {
		set := makeSet(t, dir, name, split)
		maps.Copy(qrels, set.Qrels)
		for _, q := range set.Queries {
			texts[q.ID] = q.Text
		}
	}
	return texts, qrels
}

func wantGrades(t *testing.T, qrels evaluation.Qrels, query string, want map[string]int) {
	t.Helper()
	grades, asked := qrels[query]
	if !asked {
		t.Fatalf("there is no query %s in %v", query, slices.Sorted(maps.Keys(qrels)))
	}
	for id, grade := range want {
		if got, judged := grades[id]; (grade == unjudged) == judged || judged && got != grade {
			t.Errorf("%s: product %s has grade %d (judged: %v), want %d", query, id, got, judged, grade)
		}
	}
}

const unjudged = -1

func TestAttributeGradesFollowWhatIsNamed(t *testing.T) {
	texts, qrels := both(t, little(t), "fashion-attributes")
	wantGrades(t, qrels, "attributes:heels,red,women", map[string]int{"red0": 3, "same": 3, "men": 2, "blue0": 1, "mixed": 1, "flat": unjudged, "tee": unjudged})
	wantGrades(t, qrels, "attributes:heels,red,casual", map[string]int{"red0": 3, "men": 2})
	wantGrades(t, qrels, "attributes:heels,red", map[string]int{"red0": 3, "men": 3})
	for id, text := range texts {
		if strings.HasPrefix(id, "attributes:flats") || strings.HasPrefix(id, "attributes:tshirts") {
			t.Errorf("%q asks for what fewer than %d products are", text, leastFitting)
		}
	}
}

func TestTitleGradesKnowTheSameTitleAndTheBrand(t *testing.T) {
	_, qrels := both(t, little(t), "fashion-titles")
	wantGrades(t, qrels, "title:red0", map[string]int{"red0": 3, "same": 3, "red1": 1, "men": 1, "blue0": unjudged, "flat": unjudged})
	if _, twice := qrels["title:same"]; twice {
		t.Error("one title is asked for twice")
	}
}

func TestStreetLabelsMeanKinds(t *testing.T) {
	_, qrels := both(t, little(t), "street")
	wantGrades(t, qrels, "street:a", map[string]int{"red0": 1, "flat": 1, "tee": unjudged})
	wantGrades(t, qrels, "street:c", map[string]int{"tee": 1, "flat": unjudged})
	if len(qrels) != 2 {
		t.Errorf("%d queries: the label Body has no counterpart", len(qrels))
	}
}

func TestGroceryGradesKnowTheClass(t *testing.T) {
	_, qrels := both(t, little(t), "grocery")
	if len(qrels) != 1 { // a fifth of five photos
		t.Fatalf("%d queries", len(qrels))
	}
	class := map[string]string{"0": "Apple", "1": "Apple", "2": "Kiwi"}
	if diff := cmp.Diff(map[string]int{"0": 1, "1": 3}, judgeGrocery("1", class)); diff != "" {
		t.Error(diff)
	}
}

func TestComposedGradesWantTheKindInTheColour(t *testing.T) {
	all, err := garments(little(t))
	if err != nil {
		t.Fatal(err)
	}
	shown := all[slices.IndexFunc(all, func(g garment) bool { return g.id == "blue0" })]
	if got := coloursByKind(all).others(shown); !slices.Equal(got, []string{"Red"}) {
		t.Fatalf("other colours %v", got)
	}
	qrels := evaluation.Qrels{"q": judgeComposed(shown, "Red", all)}
	wantGrades(t, qrels, "q", map[string]int{"red0": 3, "men": 2, "blue1": 1, "mixed": 1, "flat": 1, "blue0": 0, "tee": unjudged})
}

func TestElectronicsIsDividedInTheMiddle(t *testing.T) {
	dir := little(t)
	tune, test := makeSet(t, dir, "electronics", Tune), makeSet(t, dir, "electronics", Test)
	if len(tune.Queries) != 2 || len(test.Queries) != 2 {
		t.Errorf("%d and %d queries", len(tune.Queries), len(test.Queries))
	}
	_, qrels := both(t, dir, "electronics")
	wantGrades(t, qrels, "q4", map[string]int{"d": 2})
}

func TestRememberedTitlesKeepMostOfTheirWords(t *testing.T) {
	all, err := garments(little(t))
	if err != nil {
		t.Fatal(err)
	}
	title := titleWords("Catwalk Women Model3 Strap Red Heels")
	known := titlesByWord(all)
	for i := range 200 {
		text := remember(title, known, randomOf(fmt.Sprint(i)))
		words := strings.Fields(text)
		mistyped := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(title, w) })
		if len(words) < leastWords || len(words) >= len(title) || len(mistyped) > 1 {
			t.Errorf("%q of %q", text, title)
		}
	}
}

func TestMistypedWordsAreOneEditAway(t *testing.T) {
	for i := range 300 {
		random := randomOf(fmt.Sprint(i))
		if mistyped, ok := mistype("sandals", random); ok && (mistyped == "sandals" || mistyped[0] != 's' || max(len(mistyped), 7)-min(len(mistyped), 7) > 1) {
			t.Errorf("sandals became %q", mistyped)
		}
		for _, word := range []string{"shoe", "4ever1", "凉鞋凉鞋凉鞋"} {
			if mistyped, ok := mistype(word, random); ok {
				t.Errorf("%s became %q", word, mistyped)
			}
		}
	}
}

func TestMakeSaysWhatIsWrong(t *testing.T) {
	if _, err := Make(t.TempDir(), "street", Test); !errors.Is(err, ErrMissing) {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := Make(little(t), "toys", Test); err == nil || !strings.Contains(err.Error(), "grocery") {
		t.Errorf("an unknown set: %v", err)
	}
	if _, err := Make(little(t), "street", "train"); err == nil || !strings.Contains(err.Error(), "tune") {
		t.Errorf("an unknown half: %v", err)
	}
}

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// parse parses a command line and returns what it means.
func parse(t *testing.T, args ...string) (*cli, error) {
	t.Helper()
	var c cli
	var out output
	_, err := newParser(t.Context(), &c, &out, &out).Parse(args)
	return &c, err
}

func settingsFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "vitrine.toml")
	must(t, os.WriteFile(file, []byte(text), 0o644))
	return file
}

func TestConfigPrintHasEveryFlagOfEveryVerbAndCanBeRead(t *testing.T) {
	printed, code := vitrine(t, "config", "print")
	if code != 0 {
		t.Fatalf("config print has code %d:\n%s", code, printed)
	}
	var c cli
	app := newParser(t.Context(), &c, &output{}, &output{}).Model
	if _, err := parseSettings("printed", printed, app); err != nil {
		t.Errorf("what is printed cannot be read: %v", err)
	}
	all, err := parseSettings("all", strings.ReplaceAll(printed, "\n#: ", "\n"), app)
	if err != nil {
		t.Fatalf("with all lines set it cannot be read: %v", err)
	}
	flags := 0
	for _, verb := range leaves(app.Node) {
		for _, flag := range slices.Concat(verb.AllFlags(true)...) {
			if flag.Name == "help" || flag.Name == "config" {
				continue
			}
			flags++
			if value, _ := all.of(verb, flag); value == nil {
				t.Errorf("vitrine %s: --%s is not printed", tableName(verb), flag.Name)
			}
			if !strings.Contains(printed, "# "+wrapped(flag.Help, 100)[0]) {
				t.Errorf("vitrine %s: --%s is printed without its documentation", tableName(verb), flag.Name)
			}
		}
	}
	if flags < 200 {
		t.Errorf("%d flags were looked at: the test looks in the wrong place", flags)
	}
}

// TestEachDefaultThatIsPrintedIsTakenBack uncomments the defaults, one at a time: kong must take them.
func TestEachDefaultThatIsPrintedIsTakenBack(t *testing.T) {
	printed, _ := vitrine(t, "config", "print")
	var c cli
	app := newParser(t.Context(), &c, &output{}, &output{}).Model
	all, err := parseSettings("all", strings.ReplaceAll(printed, "\n#: ", "\n"), app)
	must(t, err)
	for _, verb := range leaves(app.Node) {
		for _, flag := range slices.Concat(verb.AllFlags(true)...) {
			value, _ := all.of(verb, flag)
			if !flag.HasDefault || value == nil {
				continue
			}
			if err := flag.Parse(kong.Scan().PushTyped(value, kong.FlagValueToken), flag.Target); err != nil {
				t.Errorf("vitrine %s: %v", tableName(verb), err)
			}
		}
	}
}

func TestTheCommandLineGoesBeforeTheEnvironmentAndThatBeforeTheFile(t *testing.T) {
	data := t.TempDir()
	file := settingsFile(t, "data = '"+data+"'\n[serve]\naddr = '127.0.0.1:1'\nhost = ['a.example', 'b.example']\nonline = false\n[train.ctr]\nhidden = [8, 4]\n")
	check := func(what, want string, args ...string) {
		t.Helper()
		c, err := parse(t, append([]string{"serve"}, args...)...)
		if err != nil {
			t.Fatal(err)
		}
		if c.Serve.Addr != want {
			t.Errorf("%s: the address is %s, want %s", what, c.Serve.Addr, want)
		}
	}
	check("default", "127.0.0.1:8080", "--data", data)
	check("file", "127.0.0.1:1", "--config", file)
	check("command line over file", "127.0.0.1:3", "--config", file, "--addr", "127.0.0.1:3")
	t.Setenv("VITRINE_ADDR", "127.0.0.1:2")
	check("environment", "127.0.0.1:2", "--data", data)
	check("environment over file", "127.0.0.1:2", "--config", file)
	check("command line over both", "127.0.0.1:3", "--config", file, "--addr", "127.0.0.1:3")
	t.Setenv("VITRINE_CONFIG", file)
	check("file named by the environment", "127.0.0.1:2")

	c, err := parse(t, "serve")
	must(t, err)
	if c.Serve.Data != data || c.Serve.Online || !slices.Equal(c.Serve.Host, []string{"a.example", "b.example"}) {
		t.Errorf("the file gives %+v", c.Serve)
	}
	if c, err = parse(t, "serve", "--online"); err != nil || !c.Serve.Online {
		t.Errorf("--online: %v, %+v", err, c.Serve)
	}
	if c, err = parse(t, "train", "ctr", "--csv", "clicks.csv"); err != nil || c.Train.CTR.Data != "" || !slices.Equal(c.Train.CTR.Hidden, []int{8, 4}) {
		t.Errorf("beside --csv, which excludes data: %v, %+v", err, c.Train.CTR)
	}
	printed, _ := vitrine(t, "config", "print", "serve")
	for _, line := range []string{`addr = "127.0.0.1:2"`, `host = ["a.example", "b.example"]`, "online = false", `# From VITRINE_ADDR; default: "127.0.0.1:8080".`, "# From serve.online in " + file + "; default: true."} {
		if !strings.Contains(printed, "\n"+line+"\n") {
			t.Errorf("config print lacks %q:\n%s", line, printed)
		}
	}
}

func TestSettingsThatCannotBeMeantAreErrors(t *testing.T) {
	data := t.TempDir()
	for text, want := range map[string]string{
		"[serve]\nadrr = 'x'":             `there is no option serve.adrr: did you mean addr\?`,
		"[sreve]\naddr = 'x'":             `there is no option sreve: did you mean serve\?`,
		"[train]\nfrm = 'x'":              `there is no option train.frm: did you mean from`,
		"[train.ctr]\nhidn = 3":           `there is no option train.ctr.hidn: did you mean hidden\?`,
		"config = 'other.toml'":           `there is no option config`,
		"[search]\nlimit = 1.5":           `--limit: expected a valid 64 bit int but got "1.5" \(from search.limit in .*vitrine.toml\)`,
		"[search]\nmode = 'best'":         `--mode must be one of`,
		"[search]\nk = 3\nk = 4":          `vitrine.toml:3: .*k`,
		"[search\nk = 3":                  `vitrine.toml:2: `,
		"data = '" + data + "/nothing'":   `--data: .* \(from data in .*vitrine.toml\)`,
		"[search]\njson = 'perhaps'":      `--json: .* \(from search.json in`,
		"[serve.deeper]\naddr = 'x'":      `there is no option serve.deeper`,
		"[search]\nfilter = ['a=b', 3]":   ``,
		"[index]\nmap = {title = 'name'}": ``,
	} {
		_, err := parse(t, "search", "--config", settingsFile(t, text), "shoes")
		switch {
		case want == "" && strings.Contains(err.Error(), "missing flags"): // all but --data, which no file sets here
		case err == nil || !regexp.MustCompile(want).MatchString(err.Error()):
			t.Errorf("%q: the error is %v, want %s", text, err, want)
		}
	}
	if _, err := parse(t, "serve", "--config", filepath.Join(data, "nothing.toml")); err == nil {
		t.Error("a file that is not there is no error")
	}
	t.Setenv("VITRINE_LIMIT", "many")
	if _, err := parse(t, "search", "--data", data); err == nil || !strings.Contains(err.Error(), "(from VITRINE_LIMIT)") {
		t.Errorf("VITRINE_LIMIT=many: %v", err)
	}
}

func TestAMapAndAListComeWholeFromTheFile(t *testing.T) {
	file := settingsFile(t, "[index]\ndata = 'shop'\nmap = {title = 'name', price = 'cost'}\n[search]\ndata = '"+t.TempDir()+"'\nfilter = ['brand=A|B', 'price=10,5..']\n")
	c, err := parse(t, "--config", file, "index")
	if err != nil || len(c.Index.Map) != 2 || c.Index.Map["price"] != "cost" {
		t.Errorf("map: %v, %v", c.Index.Map, err)
	}
	c, err = parse(t, "--config", file, "search")
	if err != nil || !slices.Equal(c.Search.Filter, []string{"brand=A|B", "price=10,5.."}) {
		t.Errorf("filter: %q, %v", c.Search.Filter, err)
	}
}

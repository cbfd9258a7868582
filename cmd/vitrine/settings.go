package main

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/agnivade/levenshtein"
	"github.com/alecthomas/kong"
)

// configFile is the name of a file of settings, as --config takes it.
type configFile string

// BeforeResolve reads the file as soon as the command line or the environment has named it.
func (configFile) BeforeResolve(ctx *kong.Context, trace *kong.Path, into *settings) error {
	file := string(ctx.FlagValue(trace.Flag).(configFile))
	read, err := readSettings(file, ctx.Model)
	if err == nil {
		*into = *read
	}
	return err
}

// settings are options that do not come from the command line: from the environment, else from a file. It is kong's
// resolver of the flags that the command line leaves open. The zero value has no file.
type settings struct {
	file   string
	tables map[string]any
}

// readSettings reads a TOML file. A table is of the verb of its name ([serve], [train.ctr]), and what stands above all
// tables, or in the table of a verb with verbs below it, is of all verbs that have such an option. A key that no verb
// takes is an error.
func readSettings(file string, app *kong.Application) (*settings, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return parseSettings(file, string(text), app)
}

func parseSettings(file, text string, app *kong.Application) (*settings, error) {
	s := &settings{file: file}
	if _, err := toml.Decode(text, &s.tables); err != nil {
		var wrong toml.ParseError
		if errors.As(err, &wrong) {
			return nil, fmt.Errorf("%s:%d: %s", file, wrong.Position.Line, wrong.Message)
		}
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if err := checkKeys(s.tables, app.Node, nil); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

// checkKeys finds the first key of a table, and of those in it, that is neither a verb nor an option of the verbs at or below node.
func checkKeys(table map[string]any, node *kong.Node, path []string) error {
	options := optionNames(node)
	for _, key := range sortedKeys(table) {
		at := strings.Join(append(slices.Clone(path), key), ".")
		verb := child(node, key)
		inner, isTable := table[key].(map[string]any)
		switch {
		case verb != nil && isTable:
			if err := checkKeys(inner, verb, append(slices.Clone(path), key)); err != nil {
				return err
			}
		case !slices.Contains(options, key):
			known := options
			for _, verb := range node.Children {
				known = append(known, verb.Name)
			}
			return fmt.Errorf("there is no option %s: did you mean %s? (vitrine config print lists all)", at, nearest(key, known))
		}
	}
	return nil
}

func sortedKeys(table map[string]any) []string {
	keys := make([]string, 0, len(table))
	for key := range table {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// optionNames are the options of the verbs at and below node.
func optionNames(node *kong.Node) []string {
	var names []string
	for _, leaf := range leaves(node) {
		for _, flag := range slices.Concat(leaf.AllFlags(false)...) {
			if settable(flag) {
				names = append(names, flag.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// leaves are the verbs at and below node that can be run.
func leaves(node *kong.Node) []*kong.Node {
	if len(node.Children) == 0 {
		return []*kong.Node{node}
	}
	return node.Leaves(true)
}

// settable reports whether a flag can stand in a file.
func settable(flag *kong.Flag) bool {
	return flag.Name != "help" && flag.Name != "config" && !flag.Hidden
}

// nearest is the known word with the fewest letters to change, the first of several.
func nearest(word string, known []string) string {
	return slices.MinFunc(known, func(a, b string) int {
		return cmp.Compare(levenshtein.ComputeDistance(word, a), levenshtein.ComputeDistance(word, b))
	})
}

// Validate implements kong.Resolver; files were checked when they were read.
func (s *settings) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver: it returns the value of a flag that the command line leaves open, nil where there is none.
func (s *settings) Resolve(ctx *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
	verb := ctx.Selected()
	if verb == nil || !settable(flag) || excluded(ctx, parent.Flags, flag) {
		return nil, nil
	}
	value, from := s.of(verb, flag)
	if value == nil {
		return nil, nil
	}
	trial, set := reflect.New(flag.Target.Type()).Elem(), flag.Set
	defer func() { flag.Set = set }() // kong checks paths of flags alone that are not set yet
	if err := flag.Parse(kong.Scan().PushTyped(value, kong.FlagValueToken), trial); err != nil {
		return nil, fmt.Errorf("%w (from %s)", err, from)
	}
	return value, nil
}

// excluded reports whether the command line has one of the flags that flag cannot stand beside.
func excluded(ctx *kong.Context, beside []*kong.Flag, flag *kong.Flag) bool {
	return slices.ContainsFunc(beside, func(other *kong.Flag) bool {
		given := slices.ContainsFunc(ctx.Path, func(p *kong.Path) bool { return p.Flag == other && !p.Resolved })
		return given && slices.ContainsFunc(flag.Xor, func(group string) bool { return slices.Contains(other.Xor, group) })
	})
}

// of returns what environment or file say of a flag of a verb, as kong takes it, and where that stands; nil = nothing, or an
// environment variable that kong reads itself.
func (s *settings) of(verb *kong.Node, flag *kong.Flag) (value any, from string) {
	for _, name := range flag.Envs {
		if os.Getenv(name) != "" {
			return nil, name
		}
	}
	if name := variable(flag); os.Getenv(name) != "" {
		return os.Getenv(name), name
	}
	table, at := s.tables, ""
	for i, node := range lineage(verb) {
		if i > 0 {
			table, _ = table[node.Name].(map[string]any)
			at += node.Name + "."
		}
		found, ok := table[flag.Name]
		if _, isTable := found.(map[string]any); ok && !(isTable && child(node, flag.Name) != nil) {
			value, from = plain(found, flag), at+flag.Name+" in "+s.file
		}
	}
	return value, from
}

// variable is the environment variable of a flag.
func variable(flag *kong.Flag) string {
	return "VITRINE_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
}

// lineage are a verb and those above it, from the program down.
func lineage(verb *kong.Node) []*kong.Node {
	if verb.Parent == nil {
		return []*kong.Node{verb}
	}
	return append(lineage(verb.Parent), verb)
}

// child is the verb of a name right below node; nil = there is none.
func child(node *kong.Node, name string) *kong.Node {
	for _, n := range node.Children {
		if n.Name == name {
			return n
		}
	}
	return nil
}

// plain writes a value of a file as the command line would have it, where it can: then all checks of the command line hold.
func plain(value any, flag *kong.Flag) any {
	list, isList := value.([]any)
	switch {
	case !isList:
		return word(value)
	case flag.Tag.Sep == -1:
		words := make([]any, len(list))
		for i, element := range list {
			words[i] = word(element)
		}
		return words
	}
	words := make([]string, len(list))
	for i, element := range list {
		words[i] = fmt.Sprint(word(element))
	}
	return kong.JoinEscaped(words, flag.Tag.Sep)
}

// word writes a number, a truth or a time as text; other values stay as they are.
func word(value any) any {
	switch v := value.(type) {
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return strconv.FormatInt(int64(v), 10)
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	case map[string]any, []any:
		return v
	}
	return fmt.Sprint(value)
}

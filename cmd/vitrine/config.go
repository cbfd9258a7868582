package main

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

type configCmd struct {
	Print configPrintCmd `cmd:"" help:"Print every option with its documentation, its default and its present value, as a file for --config."`
}

type configPrintCmd struct {
	Verb []string `arg:"" optional:"" help:"The verb whose options are wanted, such as serve or train ctr; all when none is named."`
}

const configHead = `# Options of Vitrine, for vitrine VERB --config FILE (or the environment variable VITRINE_CONFIG).
#
# Each table is of one verb; what stands above the first table is of all verbs that have such an option. The command line
# goes before the environment (VITRINE_DATA for data, VITRINE_ADMIN_ADDR for admin-addr), and that before this file.
# Lines behind #: are defaults, or examples where an option has none; take the #: away to set one. Paths are relative to
# the folder that vitrine is started in.
`

// Run prints the options with the values that file and environment give them now.
func (c *configPrintCmd) Run(t *terminal, parsed *kong.Context, set *settings) error {
	verbs, err := c.verbs(parsed.Model.Node)
	if err != nil {
		return err
	}
	var text strings.Builder
	text.WriteString(configHead)
	for _, flag := range parsed.Model.Flags {
		set.print(&text, parsed.Model.Node, flag)
	}
	for _, verb := range verbs {
		own := slices.Concat(verb.AllFlags(false)...)
		own = slices.DeleteFunc(own, func(f *kong.Flag) bool { return slices.Contains(parsed.Model.Flags, f) })
		if len(own) == 0 {
			continue
		}
		fmt.Fprintf(&text, "\n# %s\n[%s]\n", verb.Help, tableName(verb))
		for _, flag := range own {
			set.print(&text, verb, flag)
		}
	}
	_, err = fmt.Fprint(t.out, text.String())
	return err
}

// verbs are those that can be run, at and below the one that is named.
func (c *configPrintCmd) verbs(node *kong.Node) ([]*kong.Node, error) {
	for _, name := range c.Verb {
		below := child(node, name)
		if below == nil {
			return nil, fmt.Errorf("there is no verb %q: see vitrine --help", strings.Join(c.Verb, " "))
		}
		node = below
	}
	return leaves(node), nil
}

func tableName(verb *kong.Node) string {
	var names []string
	for _, node := range lineage(verb)[1:] {
		names = append(names, node.Name)
	}
	return strings.Join(names, ".")
}

// print writes what a flag means and its line: behind #: where nothing sets it.
func (s *settings) print(text *strings.Builder, verb *kong.Node, flag *kong.Flag) {
	if !settable(flag) {
		return
	}
	text.WriteString("\n")
	for _, line := range wrapped(flag.Help, 100) {
		text.WriteString("# " + line + "\n")
	}
	if flag.Required {
		text.WriteString("# Required.\n")
	}
	value, from := s.of(verb, flag)
	if value == nil && from == "" {
		fmt.Fprintf(text, "#: %s = %s\n", flag.Name, literal(flag, example(flag)))
		return
	}
	if value == nil { // kong has read it
		value = fmt.Sprint(flag.Target.Interface())
	}
	fmt.Fprintf(text, "# From %s; default: %s.\n%s = %s\n", from, literal(flag, flag.Default), flag.Name, literal(flag, value))
}

// example is a flag's default, or what could stand there.
func example(flag *kong.Flag) string {
	if flag.HasDefault || !takesText(flag) {
		return flag.Default
	}
	return flag.PlaceHolder
}

// takesText reports whether a flag's value is written as a string.
func takesText(flag *kong.Flag) bool {
	return !flag.IsSlice() && !flag.IsMap() && !isNumber(flag.Target.Type()) && !flag.IsBool()
}

func isNumber(of reflect.Type) bool {
	return of.PkgPath() == "" && of.Kind() >= reflect.Int && of.Kind() <= reflect.Float64
}

// literal writes the value of a flag in TOML; of an empty text, what means nothing to the flag.
func literal(flag *kong.Flag, value any) string {
	switch v := value.(type) {
	case map[string]any:
		var pairs []string
		for _, key := range sortedKeys(v) {
			pairs = append(pairs, fmt.Sprintf("%s = %s", quoted(key), quoted(fmt.Sprint(v[key]))))
		}
		return "{" + strings.Join(pairs, ", ") + "}"
	case []any:
		return list(flag, v)
	}
	text := fmt.Sprint(value)
	switch {
	case flag.IsMap():
		pairs := map[string]any{}
		if key, column, ok := strings.Cut(text, "="); ok {
			pairs[key] = column
		}
		return literal(flag, pairs)
	case flag.IsSlice():
		var elements []any
		if text != "" {
			for _, element := range kong.SplitEscaped(text, flag.Tag.Sep) {
				elements = append(elements, element)
			}
		}
		return list(flag, elements)
	case flag.IsBool():
		truth, _ := strconv.ParseBool(text)
		return strconv.FormatBool(truth)
	case takesText(flag):
		return quoted(text)
	case text == "":
		return "0"
	}
	return text
}

func list(flag *kong.Flag, elements []any) string {
	var texts []string
	for _, element := range elements {
		text := fmt.Sprint(element)
		if !isNumber(flag.Target.Type().Elem()) {
			text = quoted(text)
		}
		texts = append(texts, text)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// quoted is a basic string of TOML.
func quoted(text string) string {
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(text)
	return `"` + escaped + `"`
}

// wrapped breaks a text into lines of at most so many bytes, where its words allow.
func wrapped(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}

package catalog

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlForm finds a tag that descriptions use, or an entity. Without one a text is no HTML, whatever its "<" means.
var htmlForm = regexp.MustCompile(`(?i)</?(?:p|br|div|span|ul|ol|li|b|strong|i|em|u|a|h[1-6]|table|tbody|thead|tr|td|th|img|font|small|hr|meta|style|script|iframe|section|article|blockquote)\b[^<]*>|&(?:[a-z]+\d*|#\d+|#x[0-9a-f]+);`)

// blocks are the elements that begin and end a line.
var blocks = map[atom.Atom]bool{
	atom.P: true, atom.Br: true, atom.Div: true, atom.Ul: true, atom.Ol: true, atom.Li: true, atom.H1: true, atom.H2: true, atom.H3: true,
	atom.H4: true, atom.H5: true, atom.H6: true, atom.Table: true, atom.Tr: true, atom.Hr: true, atom.Section: true, atom.Article: true, atom.Blockquote: true,
}

// htmlText returns what a reader sees of a piece of HTML, line by line; a text that is none comes back as it is.
func htmlText(text string) string {
	if !strings.ContainsAny(text, "<&") || !htmlForm.MatchString(text) {
		return text
	}
	var seen strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(text))
	hidden := atom.Atom(0)
	for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
		switch token := tokens.Token(); {
		case kind == html.TextToken && hidden == 0:
			seen.WriteString(strings.ReplaceAll(token.Data, "\n", " "))
		case kind == html.StartTagToken && (token.DataAtom == atom.Script || token.DataAtom == atom.Style):
			hidden = token.DataAtom
		case kind == html.EndTagToken && token.DataAtom == hidden:
			hidden = 0
		case blocks[token.DataAtom]:
			seen.WriteByte('\n')
		case token.DataAtom == atom.Td, token.DataAtom == atom.Th:
			seen.WriteByte(' ')
		}
	}
	var lines []string
	for line := range strings.Lines(seen.String()) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

package tokenizer

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// pattern is a text or an expression of Hugging Face's files.
type pattern struct {
	String *string `json:"String"`
	Regex  *string `json:"Regex"`
}

// What \s, \w and \d stand for in those expressions, as parts of a character class: Unicode's, where Go's are
// ASCII's.
const (
	spaces = `\t-\r \x{85}\p{Z}`
	words  = `\p{L}\p{M}\p{N}\p{Pc}`
	digits = `\p{Nd}`
)

// wordOrSigns is what the pre-tokenizer Whitespace keeps.
const wordOrSigns = `[` + words + `]+|[^` + words + spaces + `]+`

// compile gives the expression that matches the same. What Go's expressions lack, such as looking ahead, is
// an error.
func (p pattern) compile() (*regexp.Regexp, error) {
	if p.String != nil {
		return regexp.Compile(regexp.QuoteMeta(*p.String))
	}
	if p.Regex == nil {
		return nil, errors.New("a pattern is neither String nor Regex")
	}
	expression, err := regexp.Compile(unicodeClasses(*p.Regex))
	if err != nil {
		return nil, fmt.Errorf("the pattern %s is not supported: %w", *p.Regex, err)
	}
	return expression, nil
}

// unicodeClasses writes out the classes of which Go has another notion.
func unicodeClasses(expression string) string {
	var out strings.Builder
	inClass := false
	for i := 0; i < len(expression); i++ {
		switch c := expression[i]; {
		case c == '\\' && i+1 < len(expression):
			i++
			out.WriteString(escaped(expression[i], inClass))
		case c == '[' && !inClass:
			inClass = true
			out.WriteByte(c)
		case c == ']' && inClass:
			inClass = false
			out.WriteByte(c)
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

func escaped(c byte, inClass bool) string {
	class, negated := map[byte]string{'s': spaces, 'w': words, 'd': digits}[c|0x20], c >= 'A' && c <= 'Z'
	switch {
	case class == "" || inClass && negated: // Go takes or refuses it as it is
		return `\` + string(c)
	case inClass:
		return class
	case negated:
		return `[^` + class + `]`
	}
	return `[` + class + `]`
}

// matchesNothing tells whether the expression may match no character, or asks where in the text it is: a text
// is searched from the middle, and there that would mean something else.
func matchesNothing(expression *regexp.Regexp) bool {
	if expression.MatchString("") {
		return true
	}
	parsed, err := syntax.Parse(expression.String(), syntax.Perl)
	if err != nil {
		return true
	}
	program, err := syntax.Compile(parsed.Simplify())
	return err != nil || slices.ContainsFunc(program.Inst, func(i syntax.Inst) bool { return i.Op == syntax.InstEmptyWidth })
}

package catalog

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
)

// flatText writes a value as text: numbers as they were written, lists with ", ". It fails on objects.
func flatText(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return strings.TrimSpace(v), true
	case json.Number:
		return v.String(), true
	case bool:
		return fmt.Sprint(v), true
	case nil:
		return "", true
	case []any:
		var parts []string
		for _, item := range v {
			text, ok := flatText(item)
			if !ok {
				return "", false
			}
			if text != "" {
				parts = append(parts, text)
			}
		}
		return strings.Join(parts, ", "), true
	}
	return "", false
}

// decoded returns a cell's value, read as JSON where a table's text begins like a list or an object.
func (c cell) decoded() any {
	text, isText := c.value.(string)
	if !c.role.table || !isText || (text[0] != '[' && text[0] != '{') {
		return c.value
	}
	value, err := decodeValue([]byte(text))
	if err != nil {
		return c.value
	}
	return value
}

// splitRefs cuts a table's text at "|" and at such commas as stand between photos; URLs contain
// others, too.
func splitRefs(text string) []string {
	var refs []string
	for part := range strings.SplitSeq(text, "|") {
		pieces := strings.Split(part, ",")
		for i := range pieces {
			pieces[i] = strings.TrimSpace(pieces[i])
		}
		remote := Photo{Ref: pieces[0]}.Remote()
		separate := !slices.ContainsFunc(pieces, func(piece string) bool {
			return piece != "" && (remote != Photo{Ref: piece}.Remote() || !remote && !hasPhotoSuffix(piece))
		})
		if !separate {
			pieces = []string{strings.TrimSpace(part)}
		}
		refs = append(refs, pieces...)
	}
	return refs
}

func hasPhotoSuffix(ref string) bool {
	switch strings.ToLower(path.Ext(ref)) {
	case ".jpg", ".jpeg", ".png", ".gif", ".webp":
		return true
	}
	return false
}

func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

package catalog

import (
	"encoding/json"
	"maps"
	"slices"
)

// attributes reads every column that is nothing else, and flattens objects: "dimensions.width".
func (r *rowReader) attributes() map[string]string {
	attributes := make(map[string]string)
	if c, ok := r.best(fieldAttributes); ok {
		if object, isObject := c.decoded().(map[string]any); isObject {
			flattenAll(attributes, "", object)
		} else {
			flatten(attributes, c.column, c.value)
		}
	}
	for _, c := range r.cells[fieldAttribute] {
		flatten(attributes, c.column, c.value)
	}
	if len(attributes) == 0 {
		return nil
	}
	return attributes
}

// flattenAll adds the members of an object in the order of their names.
func flattenAll(into map[string]string, prefix string, object map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(object)) {
		flatten(into, prefix+key, object[key])
	}
}

// maxFlatName is the length in bytes of an attribute's name up to which its object is flattened: each
// member takes the names above it into its own, so that without a bound one line of nested objects
// would ask for gigabytes.
const maxFlatName = 128

// flatten adds a value, unless the name is taken or, as that of a spreadsheet's stray column, empty.
// What lies deeper than names of maxFlatName are long stays JSON.
func flatten(into map[string]string, name string, value any) {
	if object, isObject := value.(map[string]any); isObject && len(name) <= maxFlatName {
		flattenAll(into, name+".", object)
		return
	}
	text, ok := flatText(value)
	if !ok {
		raw, _ := json.Marshal(value) // cannot fail: it was decoded from JSON
		text = string(raw)
	}
	if _, taken := into[name]; !taken && name != "" && text != "" {
		into[name] = text
	}
}

package web

import (
	"net/http/httptest"
	"reflect"
	"testing"
)

// Every template must take its struct whatever is in it: fields that a template names and the struct
// lacks only show when the line that names them runs.
func TestTemplatesTakeTheirStructsEmptyAndFull(t *testing.T) {
	for name, page := range map[string]any{"search.html": searchPage{}, "inspect.html": inspectPage{}, "missing.html": missingPage{}, "product.html": productPage{}, "personal.html": personalPage{}, "problem.html": problemPage{}} {
		full := reflect.New(reflect.TypeOf(page))
		fill(full.Elem())
		for state, data := range map[string]any{"empty": page, "full": full.Interface()} {
			w := httptest.NewRecorder()
			if err := render(w, 200, name, data); err != nil {
				t.Errorf("%s, %s: %v", name, state, err)
			}
		}
	}
	if len(pages) != 6 {
		t.Errorf("%d templates, of which 6 are tested", len(pages))
	}
}

// fill gives every field of v a value that is not zero: one entry for a slice, a target for a pointer.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i))
			} else if v.Type().Field(i).Anonymous { // an embedded struct of an unexported type
				inner := reflect.NewAt(v.Field(i).Type(), v.Field(i).Addr().UnsafePointer()).Elem()
				fill(inner)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0))
		fill(v.Index(1))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Float64:
		v.SetFloat(1.5)
	}
}

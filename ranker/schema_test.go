package ranker

import (
	"testing"
)

func TestSchemaHashIsFrozen(t *testing.T) {
	// Whoever changes a feature changes this on purpose: models of the old hash are refused from then on.
	const want = "sha256:2a6c8a18a11af57e732937020c3886075855d40ea397c8fc24068b0ae9aae2b1"
	if got := Features().Hash(); got != want {
		t.Errorf("the hash is now %s", got)
	}
}

func TestSchemaHashChangesWithWhatAFeatureMeans(t *testing.T) {
	original := Features().Hash()
	for name, change := range map[string]func(s Schema) Schema{
		"name":  func(s Schema) Schema { s[0].Name += "x"; return s },
		"unit":  func(s Schema) Schema { s[1].Unit += "x"; return s },
		"doc":   func(s Schema) Schema { s[2].Doc += "x"; return s },
		"min":   func(s Schema) Schema { s[3].Min--; return s },
		"max":   func(s Schema) Schema { s[4].Max++; return s },
		"order": func(s Schema) Schema { s[0], s[1] = s[1], s[0]; return s },
		"count": func(s Schema) Schema { return s[1:] },
	} {
		if change(Features()).Hash() == original {
			t.Errorf("another %s has the same hash", name)
		}
	}
	if Features().Hash() != original {
		t.Error("a caller's change reached the registry")
	}
}

func TestEveryFeatureIsDocumentedAndNamedOnce(t *testing.T) {
	seen := map[string]bool{biasName: true}
	for _, f := range features {
		if seen[f.Name] {
			t.Errorf("%s is there twice", f.Name)
		}
		seen[f.Name] = true
		if f.Doc == "" || f.Unit == "" || f.Min > 0 || f.Max < 0 || f.Min == f.Max || f.of == nil {
			t.Errorf("%+v lacks something, or its range lacks the neutral 0", f)
		}
	}
}

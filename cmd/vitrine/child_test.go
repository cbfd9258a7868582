package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestProgressOfAChildIsPassedOn(t *testing.T) {
	var wire bytes.Buffer
	lines := newProgressLines(&wire)
	for done := range 1001 {
		lines.report("texts", done, 1000)
	}
	lines.report("photos", 0, 0)
	var told []string
	report := func(stage string, done, total int) { told = append(told, fmt.Sprint(stage, " ", done, " ", total)) }
	if err := readProgress(&wire, report); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"texts 0 1000", "texts 1000 1000", "photos 0 0"} { // the first, the last, and those of another stage
		if !slices.Contains(told, want) {
			t.Errorf("%s is not among %v", want, told)
		}
	}
	rest := strings.NewReader(`{"stage":"texts","done":1,"total":2}` + "\nwarning: what is this?\n{}\n")
	if err := readProgress(rest, report); err == nil || rest.Len() > 0 {
		t.Errorf("after what is no progress: %v, %d bytes are not read", err, rest.Len())
	}
}

func TestAChildDoesNotTakeTheSettingsOfItsParent(t *testing.T) {
	t.Setenv("VITRINE_FEED", "other.csv")
	t.Setenv("OTHER", "kept")
	command, _, err := beside(t.Context(), "index")
	must(t, err)
	environment := strings.Join(command.Env, "\n")
	if strings.Contains(environment, "VITRINE_FEED") || !strings.Contains(environment, "OTHER=kept") {
		t.Errorf("the child's environment is %s", environment)
	}
}

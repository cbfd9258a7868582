package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func deployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, "docs", "deploy", name))
	must(t, err)
	return string(text)
}

func TestTheUnitOfSystemdRunsServeWithoutPrivileges(t *testing.T) {
	unit := deployed(t, "vitrine.service")
	for _, line := range []string{
		"DynamicUser=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "StateDirectory=vitrine",
		"SystemCallFilter=@system-service", "MemoryDenyWriteExecute=yes", "SuccessExitStatus=130",
	} {
		if !strings.Contains(unit, "\n"+line+"\n") {
			t.Errorf("the unit lacks %s", line)
		}
	}
	command := regexp.MustCompile(`\nExecStart=/usr/local/bin/vitrine (.*)\n`).FindStringSubmatch(unit)
	if command == nil {
		t.Fatal("the unit does not start vitrine")
	}
	t.Setenv("VITRINE_DATA", t.TempDir())
	args := strings.ReplaceAll(command[1], "/etc/vitrine/vitrine.toml", settingsFile(t, "[serve]\nadmin-addr = '127.0.0.1:6060'\n"))
	if c, err := parse(t, strings.Fields(args)...); err != nil || c.Serve.AdminAddr != "127.0.0.1:6060" || c.Serve.Log != "json" {
		t.Errorf("%s: %v", args, err)
	}
}

func TestTheImageRunsServeAsNobody(t *testing.T) {
	image := deployed(t, "Dockerfile")
	stages := strings.Split(image, "\nFROM ")
	if last := stages[len(stages)-1]; len(stages) != 3 || !strings.Contains(last, "\nUSER 65532:65532\n") || !strings.Contains(last, "\nCOPY --from=build ") {
		t.Error("the last of two stages does not run as a user without rights")
	}
	var args []string
	for _, instruction := range []string{"ENTRYPOINT", "CMD"} {
		found := regexp.MustCompile(`(?m)^` + instruction + ` (\[.*\])$`).FindStringSubmatch(image)
		var words []string
		if found == nil || json.Unmarshal([]byte(found[1]), &words) != nil {
			t.Fatalf("there is no %s", instruction)
		}
		args = append(args, words...)
	}
	t.Setenv("VITRINE_DATA", t.TempDir())
	if _, err := parse(t, args[1:]...); args[0] != "/usr/local/bin/vitrine" || err != nil {
		t.Errorf("%q: %v", args, err)
	}
	if want := goVersion(t); !strings.Contains(image, "\nFROM golang:"+want+"-") {
		t.Errorf("the image is not built with Go %s", want)
	}
}

// goVersion is that of go.mod, as 1.26.
func goVersion(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, "go.mod"))
	must(t, err)
	return regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(string(text))[1]
}

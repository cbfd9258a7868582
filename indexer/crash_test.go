package indexer_test

import (
	"context"
	"fmt"
	"image/color"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"vitrine/indexer"
	"vitrine/indexer/indexertest"
)

// crashAt, in the environment, makes TestCrashingBuild a process that kills itself in that stage.
const (
	crashAt    = "VITRINE_TEST_CRASH_AT"
	crashDir   = "VITRINE_TEST_CRASH_DIR"
	crashFiles = "VITRINE_TEST_CRASH_FILES"
	crashURL   = "VITRINE_TEST_CRASH_URL" // of photos; empty = crashFeed is built
)

const crashProducts = 600 // three batches of texts

func crashFeed() []string {
	return append(numbered(crashProducts), `{"id":"q","title":"with a photo","photos":["red.png"]}`)
}

// TestCrashingBuild is no test: it is what the next test runs in a process of its own.
func TestCrashingBuild(t *testing.T) {
	stage := os.Getenv(crashAt)
	if stage == "" {
		t.Skip("run by TestKilledBuildLeavesTheOldGenerationServing")
	}
	s, lines := newRemoteShop(t), crashFeed()
	s.dir, s.files = os.Getenv(crashDir), os.Getenv(crashFiles)
	if url := os.Getenv(crashURL); url != "" {
		lines = remoteFeed(&photoServer{url: url})
	}
	_, err := s.index(context.Background(), func(o *indexer.BuildOptions) {
		s.options(o, false)
		o.Progress = func(at string, done, _ int) {
			if fmt.Sprintf("%s %d", at, done) == stage || at == stage && done > 0 {
				self, err := os.FindProcess(os.Getpid())
				if err == nil {
					err = self.Kill()
				}
				if err != nil {
					panic(err)
				}
				select {} // until the kill arrives
			}
		}
	}, lines...)
	t.Fatalf("the build was not killed in %q: %v", stage, err)
}

func TestKilledBuildLeavesTheOldGenerationServing(t *testing.T) {
	for _, c := range []struct {
		stage    string
		live     string // after the kill
		embedded int    // at most, by the next run
	}{
		{"feed", "gen-000001", crashProducts + 1},
		{"products", "gen-000001", crashProducts + 1},
		{"texts", "gen-000001", crashProducts + 1 - 255}, // the first batch has the old product too
		{"photos", "gen-000001", 0},
		{"vectors", "gen-000001", 0},
		{"verify", "gen-000001", 0},
		{"publish 1", "gen-000001", 0}, // on the disk
		{"publish 2", "gen-000001", 0}, // renamed
		{"publish 3", "gen-000002", 0}, // live
	} {
		t.Run(c.stage, func(t *testing.T) {
			s := newShop(t)
			s.photo("red.png", indexertest.Photo(red))
			s.mustIndex(`{"id":"old","title":"old thing"}`)
			kill(t, s, c.stage, "")

			report, err := indexer.Check(context.Background(), s.dir)
			if err != nil || report.Generation != c.live {
				t.Fatalf("after the kill %s is live, want %s; %v", report.Generation, c.live, err)
			}
			for _, problem := range report.Problems {
				if !strings.Contains(problem.Path, ".tmp") {
					t.Errorf("check after the kill: %v", problem)
				}
			}
			index := s.open()
			if got := found(t, index, "old thing"); !slices.Equal(got, []string{"old"}) {
				t.Errorf("search after the kill: %v", got)
			}

			summary := s.mustIndex(crashFeed()...)
			if summary.Products != crashProducts+2 || summary.TextsEmbedded > c.embedded {
				t.Errorf("next run: %d products, %d texts embedded, want at most %d", summary.Products, summary.TextsEmbedded, c.embedded)
			}
			if got := found(t, s.open(), "number599"); !slices.Equal(got, []string{"p000599"}) {
				t.Errorf("search after the next run: %v", got)
			}
			s.sound()
		})
	}
}

// remoteFeed has enough photos for several batches.
func remoteFeed(server *photoServer) []string {
	var lines []string
	for i := range 100 {
		lines = append(lines, server.product(fmt.Sprintf("p%03d", i), fmt.Sprintf("Number %d", i), fmt.Sprintf("/%03d.png", i)))
	}
	return lines
}

func TestKilledBuildDoesNotFetchAgainWhatItHad(t *testing.T) {
	server, s := servePhotos(t), newRemoteShop(t)
	for i := range 100 {
		server.paint(fmt.Sprintf("/%03d.png", i), color.RGBA{uint8(i), 30, 30, 255}) // so that each is embedded
	}
	kill(t, s.shop, "photos", server.url)
	before := server.requests()
	if len(before) == 0 || len(before) == 100 {
		t.Fatalf("%d photos were fetched before the kill", len(before))
	}
	summary := s.mustBuild(false, remoteFeed(server)...)
	after := server.requests()
	if len(summary.PhotoProblems) != 0 || len(s.withPhoto()) != 100 || summary.PhotosEmbedded == 100 {
		t.Errorf("%+v", summary)
	}
	// A request that was under way when the process ended may have brought nothing.
	if twice := len(before) + len(after) - 100; twice < 0 || twice > 16 {
		t.Errorf("%d photos were fetched, then %d", len(before), len(after))
	}
}

// kill builds in a process of its own that is killed in a stage.
func kill(t *testing.T, s *shop, stage, url string) {
	t.Helper()
	command := exec.Command(os.Args[0], "-test.run=^TestCrashingBuild$")
	command.Env = append(os.Environ(), crashAt+"="+stage, crashDir+"="+s.dir, crashFiles+"="+s.files, crashURL+"="+url)
	out, err := command.CombinedOutput()
	if err == nil || strings.Contains(string(out), "was not killed") || command.ProcessState.Exited() {
		t.Fatalf("the build was to be killed and was not: %v\n%s", err, out)
	}
}

package indexer_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"vitrine/catalog"
)

// loadedDir and loadedRound, in the environment, make TestLoadedProcess a process that changes and indexes until it is killed.
const (
	loadedDir   = "VITRINE_TEST_LOADED_DIR"
	loadedRound = "VITRINE_TEST_LOADED_ROUND"
)

// TestLoadedProcess is no test: it is what the next one kills.
func TestLoadedProcess(t *testing.T) {
	dir := os.Getenv(loadedDir)
	if dir == "" {
		t.Skip("run by TestKillsUnderLoadLoseNothingThatWasAcknowledged")
	}
	ctx := context.Background()
	run := &changing{dir: dir}
	run.open(ctx)
	if !run.usable() {
		t.Fatal("the data directory does not open")
	}
	var work sync.WaitGroup
	work.Go(func() {
		for i := 0; ; i++ {
			title := fmt.Sprintf("red shoe, round %s, number %d", os.Getenv(loadedRound), i)
			run.put(ctx, catalog.Product{ID: fmt.Sprint("p", i%40), Title: title, PriceCents: int64(i)}, catalog.Product{ID: fmt.Sprint("q", i%7), Title: title})
			run.remove(ctx, fmt.Sprint("p", (i*17+5)%40))
			run.record(ctx, fmt.Sprintf("e%s-%d", os.Getenv(loadedRound), i))
		}
	})
	work.Go(func() {
		for {
			run.build(ctx)
		}
	})
	work.Wait()
}

func TestKillsUnderLoadLoseNothingThatWasAcknowledged(t *testing.T) {
	rounds := 200
	if testing.Short() {
		rounds = 20
	}
	ctx := t.Context()
	s := newShop(t)
	s.mustIndex(numbered(5)...)
	expected, err := expectNow(ctx, s.dir)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4))
	claims := 0
	for round := range rounds {
		claims += killLoaded(t, s.dir, round, time.Duration(random.IntN(120_000))*time.Microsecond, expected)
		if _, err := expected.met(ctx, s.dir); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if expected, err = expectNow(ctx, s.dir); err != nil { // what was under way may be there or not
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d changes and generations, %s at the end", rounds, claims, expected.live)
	s.mustIndex()
	s.sound()
}

// killLoaded starts a loaded process, kills it some time after it said something, lets expected hear what it said, and returns
// how much of that was said to be done.
func killLoaded(t *testing.T, dir string, round int, after time.Duration, expected *expectation) (done int) {
	t.Helper()
	command := exec.Command(os.Args[0], "-test.run=^TestLoadedProcess$")
	command.Env = append(os.Environ(), loadedDir+"="+dir, fmt.Sprintf("%s=%d", loadedRound, round))
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var kill *time.Timer
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if kill == nil {
			kill = time.AfterFunc(after, func() { _ = command.Process.Kill() })
		}
		if err := expected.hear(lines.Bytes()); err != nil {
			_ = command.Process.Kill()
			t.Fatal(err)
		}
		done++
	}
	if err := command.Wait(); err == nil || command.ProcessState.Exited() {
		t.Fatalf("the process ended by itself: %v", err)
	}
	return done / 2 // each was announced
}

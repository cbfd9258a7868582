package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"vitrine/ranker/learning"
)

// nightly is when --retrain daily trains, local time: when few search.
const nightly = "04:00"

// schedule says when a server trains its ranker.
type schedule struct {
	hourly bool
	at     string // HH:MM, local time, daily; empty and not hourly = never
}

// UnmarshalText takes off, hourly, daily and HH:MM.
func (s *schedule) UnmarshalText(text []byte) error {
	switch word := string(text); word {
	case "off":
		*s = schedule{}
	case "hourly":
		*s = schedule{hourly: true}
	case "daily":
		*s = schedule{at: nightly}
	default:
		if _, err := time.Parse("15:04", word); err != nil {
			return fmt.Errorf("%q is no schedule: write off, hourly, daily or a time of day such as 03:30", word)
		}
		*s = schedule{at: word}
	}
	return nil
}

// next is the first time after a given one to train at; false = never.
func (s schedule) next(after time.Time) (at time.Time, ever bool) {
	if s.hourly {
		return after.Truncate(time.Hour).Add(time.Hour), true
	}
	clock, err := time.Parse("15:04", s.at)
	if err != nil {
		return time.Time{}, false
	}
	on := func(days int) time.Time {
		return time.Date(after.Year(), after.Month(), after.Day()+days, clock.Hour(), clock.Minute(), 0, 0, after.Location())
	}
	if at = on(0); !at.After(after) {
		at = on(1)
	}
	return at, true
}

// retrain trains by the schedule until ctx ends. What fails is told and changes nothing; a model that wins is taken up
// by follow, as one that somebody else adopted.
func (l *liveShop) retrain(ctx context.Context, s schedule) error {
	for {
		at, ever := s.next(time.Now())
		if !ever {
			return nil
		}
		timer := time.NewTimer(time.Until(at))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		report, err := trainBeside(ctx, l.dataDir)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			l.terminal.notef("vitrine: training the ranker: %v (%s goes on ranking)", err, l.rankerModel().Version())
		default:
			l.terminal.notef("trained %s: %s", report.Version, outcome(report))
		}
	}
}

// trainBeside trains in a process of its own and on one core, so that its end is not the server's. It holds the lock of the
// ranker's folder, so there is one at a time.
func trainBeside(ctx context.Context, dataDir string) (*learning.Report, error) {
	command, told, err := beside(ctx, "train", "ctr", "--data", dataDir, "--json")
	if err != nil {
		return nil, err
	}
	command.Env = append(os.Environ(), "GOMAXPROCS=1")
	out, err := command.Output()
	if err != nil {
		return nil, childFailure(err, told)
	}
	report := &learning.Report{}
	if err := json.Unmarshal(out, report); err != nil {
		return nil, fmt.Errorf("what the training said: %w", err)
	}
	return report, nil
}

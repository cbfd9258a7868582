package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"

	"vitrine/retrieval"
)

// FaultReporter tells which parts behind the server do not work as they should. It must be safe for concurrent use.
type FaultReporter interface {
	Faults() []Fault
}

// Fault is the code of something that does not work; it stays the same when words change.
type Fault string

// The faults.
const (
	FaultIndexMissing    Fault = "index-missing"
	FaultIndexStale      Fault = "index-stale"
	FaultKeywordFailing  Fault = "keyword-failing"
	FaultEncoderFailing  Fault = "encoder-failing"
	FaultRankerFailing   Fault = "ranker-failing"
	FaultRankerUnusable  Fault = "ranker-unusable"
	FaultEventsOff       Fault = "events-off"
	FaultEventsFailing   Fault = "events-failing"
	FaultCatalogueBehind Fault = "catalogue-behind"
)

// healthParts are the parts of a server in the order in which they are told.
var healthParts = []string{"index", "encoder", "ranker", "events", "catalogue"}

// faultTable says what each fault means. Texts are the program's own: strangers may read them.
var faultTable = []struct {
	fault  Fault
	part   string
	down   bool // searches cannot be answered; else with less than all
	detail string
}{
	{FaultIndexMissing, "index", true, "No index is open: build one with vitrine index."},
	{FaultIndexStale, "index", false, "A newer index cannot be opened, and the one before serves: the log says why."},
	{FaultKeywordFailing, "index", false, "The last search by words failed or was late in the keyword index: results come from the other legs."},
	{FaultEncoderFailing, "encoder", false, "The last search by vectors failed or was late: results come from the other legs."},
	{FaultRankerFailing, "ranker", false, "The last search could not be ranked: its order is that of the fusion."},
	{FaultRankerUnusable, "ranker", false, "The live ranker model cannot be used, and the one before ranks: the log says why."},
	{FaultEventsOff, "events", false, "Events and changes of products are not taken: the log says why."},
	{FaultEventsFailing, "events", false, "What searches were answered with could not be written: it is not learnt from."},
	{FaultCatalogueBehind, "catalogue", false, "Changes of the catalogue cannot be taken up, and searches go on without: the log says why."},
}

// How a part or the whole stands.
const (
	statusOK       = "ok"
	statusDegraded = "degraded"
	statusDown     = "down"
)

// health is how a server stands.
type health struct {
	Status     string       `json:"status"` // the worst of its parts
	Generation string       `json:"generation,omitempty"`
	Parts      []partHealth `json:"parts"`
}

type partHealth struct {
	Part   string        `json:"part"`
	Status string        `json:"status"`
	Faults []faultReport `json:"faults,omitempty"`
}

type faultReport struct {
	Code   Fault  `json:"code"`
	Detail string `json:"detail"`
}

// health gathers the faults of all parts.
func (s *site) health() health {
	faults := s.lately.faults()
	if s.opts.Faults != nil {
		faults = append(faults, s.opts.Faults.Faults()...)
	}
	h := health{Status: statusOK, Generation: s.searcher.Generation()}
	if h.Generation == "" {
		faults = append(faults, FaultIndexMissing)
	}
	for _, part := range healthParts {
		h.Parts = append(h.Parts, partHealth{Part: part, Status: statusOK})
	}
	for _, row := range faultTable {
		if !slices.Contains(faults, row.fault) {
			continue
		}
		part := &h.Parts[slices.Index(healthParts, row.part)]
		part.Faults = append(part.Faults, faultReport{row.fault, row.detail})
		part.Status, h.Status = worse(part.Status, row.down), worse(h.Status, row.down)
	}
	return h
}

func worse(status string, down bool) string {
	if down || status == statusDown {
		return statusDown
	}
	return statusDegraded
}

// showHealth says that the process answers at all, and how its parts stand.
func (s *site) showHealth(w http.ResponseWriter, _ *http.Request) error {
	return sendHealth(w, http.StatusOK, s.health())
}

// showReadiness says whether searches can be answered: with 503 where they cannot.
func (s *site) showReadiness(w http.ResponseWriter, _ *http.Request) error {
	h, status := s.health(), http.StatusOK
	if h.Status == statusDown {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", strconv.Itoa(retryAfterSeconds))
	}
	return sendHealth(w, status, h)
}

func sendHealth(w http.ResponseWriter, status int, h health) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(h)
}

// lately is what failed in the last search that used it. It is safe for concurrent use.
type lately struct{ keyword, vectors, ranker atomic.Bool }

// searched notes how the parts fared in a search that was answered.
func (l *lately) searched(response *retrieval.Response) {
	asked, failed := false, false
	for _, leg := range response.Legs {
		switch leg.Leg {
		case retrieval.LegKeyword:
			l.keyword.Store(leg.Error != "")
		case retrieval.LegNamed: // of the columns: nothing runs but a loop
		default:
			asked, failed = true, failed || leg.Error != ""
		}
	}
	if asked {
		l.vectors.Store(failed)
	}
	if response.Ranker != nil {
		l.ranker.Store(response.Ranker.Error != "")
	}
}

// failed notes a search without an answer.
func (l *lately) failed(q *retrieval.Query, err error) {
	if !errors.Is(err, retrieval.ErrAllLegsFailed) {
		return
	}
	if q.Text != "" && q.Mode != retrieval.ModeVector {
		l.keyword.Store(true)
	}
	if q.Mode != retrieval.ModeKeyword {
		l.vectors.Store(true)
	}
}

func (l *lately) faults() []Fault {
	var faults []Fault
	for fault, present := range map[Fault]*atomic.Bool{FaultKeywordFailing: &l.keyword, FaultEncoderFailing: &l.vectors, FaultRankerFailing: &l.ranker} {
		if present.Load() {
			faults = append(faults, fault)
		}
	}
	return faults
}

func (s *site) showMetrics(w http.ResponseWriter, r *http.Request) error {
	s.metrics.handler().ServeHTTP(w, r)
	return nil
}

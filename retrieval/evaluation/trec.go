package evaluation

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Qrels holds the judgements: query id, then product id, then grade. A grade of 1 or more is relevant;
// 0 and the negative grades that some collections use for spam are not.
type Qrels map[string]map[string]int

// TopGrade is the highest grade, 0 when no product is relevant.
func (q Qrels) TopGrade() int {
	top := 0
	for _, grades := range q {
		for _, grade := range grades {
			top = max(top, grade)
		}
	}
	return top
}

// add notes a judgement; an error says what is wrong with it.
func (q Qrels) add(query, product string, grade int) error {
	if grade < -maxGrade || grade > maxGrade {
		return fmt.Errorf("has the grade %d: it must be from %d to %d", grade, -maxGrade, maxGrade)
	}
	if q[query] == nil {
		q[query] = map[string]int{}
	}
	if _, judged := q[query][product]; judged {
		return fmt.Errorf("judges product %q for query %q again", product, query)
	}
	q[query][product] = grade
	return nil
}

// Run holds what a search answered: query id, then distinct product ids, best first.
type Run map[string][]string

// maxGrade keeps the gain 2^grade − 1 and its sums exact in a float64.
const maxGrade = 30

// OpenQrels reads the TREC judgements at path.
func OpenQrels(path string) (Qrels, error) { return open(path, ReadQrels) }

// ReadQrels reads TREC judgements: lines of query id, iteration (ignored), product id and grade, parted by
// spaces or tabs. Errors wrap ErrFormat and name the line.
func ReadQrels(r io.Reader) (Qrels, error) {
	qrels := Qrels{}
	err := eachLine(r, "qrels", func(line string) error {
		fields := strings.Fields(line)
		if len(fields) != 4 {
			return fmt.Errorf("has %d fields: it needs query id, 0, product id, grade; or a header such as query,docid,rating", len(fields))
		}
		grade, err := strconv.Atoi(fields[3])
		if err != nil {
			return fmt.Errorf("has the grade %q: it must be a whole number", fields[3])
		}
		return qrels.add(fields[0], fields[2], grade)
	})
	if err != nil {
		return nil, err
	}
	return qrels, nil
}

// WriteQrels writes TREC judgements, ordered by query id and product id.
func WriteQrels(w io.Writer, qrels Qrels) error {
	out := bufio.NewWriter(w)
	for _, query := range slices.Sorted(maps.Keys(qrels)) {
		for _, product := range slices.Sorted(maps.Keys(qrels[query])) {
			if err := checkIDs(query, product); err != nil {
				return fmt.Errorf("write qrels: %w", err)
			}
			fmt.Fprintf(out, "%s 0 %s %d\n", query, product, qrels[query][product])
		}
	}
	return out.Flush() // also reports what an earlier write ran into
}

// OpenRun reads the TREC run at path.
func OpenRun(path string) (Run, error) { return open(path, ReadRun) }

// ReadRun reads a TREC run: lines of query id, Q0, product id, rank, score and tag. As in trec_eval, which
// ignores the rank, products are ordered by descending score and ties by descending id. Errors wrap
// ErrFormat and name the line.
func ReadRun(r io.Reader) (Run, error) {
	type result struct {
		product string
		score   float64
	}
	results := map[string][]result{}
	seen := map[[2]string]bool{}
	err := eachLine(r, "run", func(line string) error {
		fields := strings.Fields(line)
		if len(fields) != 6 {
			return fmt.Errorf("has %d fields: it needs query id, Q0, product id, rank, score, tag", len(fields))
		}
		query, product := fields[0], fields[2]
		score, err := strconv.ParseFloat(fields[4], 64)
		if err != nil || math.IsNaN(score) || math.IsInf(score, 0) {
			return fmt.Errorf("has the score %q: it must be a finite number", fields[4])
		}
		if key := [2]string{query, product}; seen[key] {
			return fmt.Errorf("names product %q for query %q again", product, query)
		} else {
			seen[key] = true
		}
		results[query] = append(results[query], result{product, score})
		return nil
	})
	if err != nil {
		return nil, err
	}
	run := Run{}
	for query, list := range results {
		slices.SortFunc(list, func(a, b result) int {
			return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.product, a.product))
		})
		for _, r := range list {
			run[query] = append(run[query], r.product)
		}
	}
	return run, nil
}

// WriteRun writes a TREC run, ordered by query id. Its scores are 1/rank, so that tools that sort by score
// keep the order. The tag names the system and has no spaces.
func WriteRun(w io.Writer, run Run, tag string) error {
	if err := checkID("tag", tag); err != nil {
		return fmt.Errorf("write run: it %w", err)
	}
	out := bufio.NewWriter(w)
	for _, query := range slices.Sorted(maps.Keys(run)) {
		for i, product := range run[query] {
			if err := checkIDs(query, product); err != nil {
				return fmt.Errorf("write run: %w", err)
			}
			fmt.Fprintf(out, "%s Q0 %s %d %.9f %s\n", query, product, i+1, 1/float64(i+1), tag)
		}
	}
	return out.Flush() // also reports what an earlier write ran into
}

func checkIDs(query, product string) error {
	if err := checkID("query", query); err != nil {
		return fmt.Errorf("query %q %w", query, err)
	}
	if err := checkID("product", product); err != nil {
		return fmt.Errorf("query %q %w", query, err)
	}
	return nil
}

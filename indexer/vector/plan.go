package vector

import (
	"fmt"
	"math"
)

// method is a way to find the nearest rows.
type method int

const (
	byGraph      method = iota // greedy search of the graph over the codes
	bySigns                    // scan of the signs, the best scored again by their codes
	byCodes                    // scan of the codes' upper halves, the best scored again by the whole codes and their floats
	byWholeCodes               // scan of the whole codes where the halves cannot tell the rows apart, then of the floats of the best
	byFloats                   // scan of the floats where the codes cannot either
)

// plan is how a search is answered.
type plan struct {
	method method
	ef     int // byGraph: size of the candidate list
	kept   int // bySigns, byCodes: rows that are scored again
	cost   int // in looks at a row's code
}

// String is the plan's name in explanations.
func (p plan) String() string {
	switch p.method {
	case byGraph:
		return fmt.Sprintf("graph ef=%d", p.ef)
	case bySigns:
		return "exact 1-bit"
	case byCodes:
		return "exact int8"
	default:
		return "exact float"
	}
}

// The cost model counts in looks at a row's code in a scan, about 10 ns at 256 dimensions.
const (
	// hopCost: what one entry of the candidate list costs. Of its some 30 neighbours 8 to 25 are new to the search
	// and get compared, at random addresses.
	hopCost = 80
	// floatRows: up to so many rows a scan of their floats is as fast as one of the codes, whose best need their
	// floats all the same.
	floatRows = 256
	// floatDim: up to so many dimensions a row's floats lie in as few cache lines as half of its code, which
	// says little of them.
	floatDim = 16
	// signsPerLook: so many rows' signs are compared in the time of a look at a code.
	signsPerLook = 6
	// signsKeptCost: what keeping a row by its signs and looking at its code costs.
	signsKeptCost = 25
	// signsPerResult and signsPerRoot: how many rows are kept by their signs for each result, and for the square root of the
	// number of rows. Those hold the nearest, and are known to, even where vectors have no clusters.
	signsPerResult, signsPerRoot = 16, 2.5
	// defaultEf finds .995 of the ten nearest among 100,000 vectors of intrinsic dimension 24.
	defaultEf = 128
	// wideEnough: a filtered graph search must find this many allowed rows for each one wanted, because the
	// far end of its list has gaps.
	wideEnough = 2
)

// planExact is the plan that needs no graph.
func (x *Index) planExact(k, matching int) plan {
	codes := x.planCodes(k, matching)
	if matching <= max(floatRows, 2*codes.kept) || x.Dim() <= floatDim {
		return plan{method: byFloats, cost: matching}
	}
	if signs := x.planSigns(k); len(x.signs.blocks) > 0 && signs.cost < codes.cost {
		return signs
	}
	return codes
}

// planScan is the plan of the scan that is asked for, where there can be one.
func (x *Index) planScan(k, matching int, scan Scan) plan {
	cheapest := x.planExact(k, matching)
	switch signs := x.planSigns(k); {
	case cheapest.method == byFloats:
		return cheapest
	case scan == CodeScan:
		return x.planCodes(k, matching)
	case scan == SignScan && len(x.signs.blocks) > 0 && signs.kept < matching:
		return signs
	default:
		return cheapest
	}
}

func (x *Index) planCodes(k, matching int) plan {
	return plan{method: byCodes, kept: 8*k + 32, cost: matching}
}

// planSigns costs the same whatever the filter: the signs of all rows are compared.
func (x *Index) planSigns(k int) plan {
	kept := signsPerResult*k + int(signsPerRoot*math.Sqrt(float64(x.Len())))
	return plan{method: bySigns, kept: kept, cost: x.Len()/signsPerLook + signsKeptCost*kept}
}

// planSearch chooses between the graph and a scan of the matching rows, of which there are as many as
// the filter allows, at least one. A graph search cannot follow a filter; it widens its list until enough of the
// nearest rows of all are allowed ones. So it costs ef·(rows/matching) hops.
func (x *Index) planSearch(k, matching int, params SearchParams) plan {
	if params.Scan != NoScan {
		return x.planScan(k, matching, params.Scan)
	}
	ef := params.Ef
	if ef <= 0 {
		ef = max(defaultEf, wideEnough*k)
	}
	ef = min(max(ef, k), x.Len())
	ef = int(int64(ef) * int64(x.Len()) / int64(matching))
	if p := (plan{method: byGraph, ef: min(ef, x.Len())}); x.affords(p.ef, k, matching, params) {
		return p
	}
	return x.planExact(k, matching)
}

// affords says whether it pays to try graph searches of so many list entries in all. Where they may fail, because the rows that
// match are not among the nearest or are of too few groups, they may cost half a scan: then a search that has to scan
// after all has taken one and a half times as long as the scan alone.
func (x *Index) affords(entries, k, matching int, params SearchParams) bool {
	budget := int64(x.planExact(k, matching).cost)
	if params.Allowed != nil || params.Group != nil {
		budget /= 2
	}
	return x.graph != nil && int64(entries)*hopCost <= budget
}

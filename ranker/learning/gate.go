package learning

import "fmt"

// LogLossTolerance is how much worse, as a share, the log loss of a candidate may be than that of the present model.
const LogLossTolerance = 0.005

// Decision says whether a candidate becomes live, and why.
type Decision struct {
	Wins    bool     `json:"wins"`             // it passed the gate
	Adopted bool     `json:"adopted"`          // it was made live
	Forced  bool     `json:"forced"`           // it was made live though it did not pass
	Reasons []string `json:"reasons"`          // one a rule, and what kept it from being adopted beside them
	Before  string   `json:"before"`           // version that was live until then
	Report  string   `json:"report,omitempty"` // path of the report page
}

// Gate lets a candidate pass when both hold:
//
//   - its NDCG@10 by replay, clicks weighted by the inverse of how likely their place is looked at, is above that of the
//     present model with the whole 95 % interval of the paired difference;
//   - its log loss is not worse than that of the present model by more than LogLossTolerance.
func Gate(j Judgement) (wins bool, reasons []string) {
	candidate, present := j.Figures[0], j.Figures[1]
	d := present.Difference
	ranksBetter := d.Low > 0
	verdict := "above 0: it ranks better"
	if !ranksBetter {
		verdict = "not above 0: it does not clearly rank better"
	}
	reasons = append(reasons, fmt.Sprintf("NDCG@%d by replay differs by %+.4f [%+.4f, %+.4f], %s", depth, d.Mean, d.Low, d.High, verdict))
	asSure := candidate.LogLoss <= present.LogLoss*(1+LogLossTolerance)
	verdict = "not worse"
	if !asSure {
		verdict = "worse"
	}
	reasons = append(reasons, fmt.Sprintf("log loss %.5f beside %.5f, %s (%.1f %% is tolerated)", candidate.LogLoss, present.LogLoss, verdict, 100*LogLossTolerance))
	return ranksBetter && asSure, reasons
}

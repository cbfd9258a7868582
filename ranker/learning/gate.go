package learning

import "fmt"

// LogLossTolerance is how much worse, as a share, the log loss of a candidate may be than that of the present model.
const LogLossTolerance = 0.005

// AUCTolerance is how much lower the AUC of a candidate may be than that of the present model. Clicks as they came
// favour the order that was shown, so a candidate that knows as much may lose a little, and one that merely turns that
// order around loses much.
const AUCTolerance = 0.02

// Decision says whether a candidate becomes live, and why.
type Decision struct {
	Wins    bool     `json:"wins"`             // it passed the gate
	Adopted bool     `json:"adopted"`          // it was made live
	Forced  bool     `json:"forced"`           // it was made live though it did not pass
	Reasons []string `json:"reasons"`          // one a rule, and what kept it from being adopted beside them
	Before  string   `json:"before"`           // version that was live until then
	Report  string   `json:"report,omitempty"` // path of the report page
}

// Gate lets a candidate pass when all three hold:
//
//   - its NDCG@10 by replay, clicks weighted by the inverse of how likely their place is looked at, is above that of the
//     present model with the whole 95 % interval of the paired difference;
//   - its log loss is not worse than that of the present model by more than LogLossTolerance;
//   - its AUC is not lower than that of the present model by more than AUCTolerance. Were places taken to be looked at
//     less than they are, turning the shown order around would seem to win by the first rule; it does not by this one.
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
	tellsClicks := candidate.AUC >= present.AUC-AUCTolerance
	verdict = "not worse"
	if !tellsClicks {
		verdict = "worse: it may only turn the shown order around"
	}
	reasons = append(reasons, fmt.Sprintf("AUC %.4f beside %.4f, %s (%.2f is tolerated)", candidate.AUC, present.AUC, verdict, AUCTolerance))
	return ranksBetter && asSure && tellsClicks, reasons
}

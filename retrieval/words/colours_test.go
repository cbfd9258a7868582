package words

import (
	"math/bits"
	"testing"
)

func TestEveryColourWordNamesOneColourThatMatchesItself(t *testing.T) {
	for word := range colourWords {
		named := ColoursIn(NewRuns("a " + word + " thing"))
		if bits.OnesCount64(named.own) != 1 || bits.OnesCount64(named.plain) != 1 || named.Match(named) != 1 {
			t.Errorf("%s: %+v", word, named)
		}
	}
}

package online

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// shop is a model of 45 numbers and three crosses, as a search has them, and examples of it.
func shop(b *testing.B) (*Model, []Example) {
	b.Helper()
	m := newModel(b, Options{
		Dense:   numbers(45),
		Fields:  []string{"query", "product", "device", "category", "brand"},
		Crosses: []string{"query×product", "device×category", "query×brand"},
	})
	random := rand.New(rand.NewPCG(1, 1))
	examples := make([]Example, 4096)
	for i := range examples {
		dense := make([]float64, 45)
		for j := range dense {
			dense[j] = random.NormFloat64()
		}
		examples[i] = Example{
			Dense:    dense,
			Fields:   []string{fmt.Sprint("running shoes ", random.IntN(200)), fmt.Sprintf("SKU-%06d", random.IntN(5000)), "mobile", fmt.Sprint("category ", random.IntN(74)), fmt.Sprint("brand ", random.IntN(40))},
			Position: 1 + random.IntN(48),
			Clicked:  random.Float64() < 0.05,
		}
	}
	return m, examples
}

func BenchmarkLearn(b *testing.B) {
	m, examples := shop(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		learn(b, m, examples[i%len(examples)])
	}
}

func BenchmarkScore(b *testing.B) {
	m, examples := shop(b)
	learn(b, m, examples...)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Score(examples[i%len(examples)])
	}
}

// The same beside a goroutine that learns without a pause; under=lock is how it were if scores waited for
// the lock of those who learn.
func BenchmarkScoreBesideLearn(b *testing.B) {
	for _, locked := range []bool{false, true} {
		name := "under=atomics"
		if locked {
			name = "under=lock"
		}
		b.Run(name, func(b *testing.B) {
			m, examples := shop(b)
			var lock sync.RWMutex
			var learner sync.WaitGroup
			done := make(chan struct{})
			learner.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-done:
						return
					default:
					}
					if locked {
						lock.Lock()
					}
					learn(b, m, examples[i%len(examples)])
					if locked {
						lock.Unlock()
					}
				}
			})
			for i := 0; b.Loop(); i++ {
				if locked {
					lock.RLock()
				}
				m.Score(examples[i%len(examples)])
				if locked {
					lock.RUnlock()
				}
			}
			close(done)
			learner.Wait()
		})
	}
}

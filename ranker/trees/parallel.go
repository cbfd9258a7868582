package trees

import "sync"

// inParallel parts n pieces of work into as many runs as there are threads, and waits for all of them.
func inParallel(threads, n int, do func(begin, end int)) {
	threads = min(threads, n)
	if threads <= 1 {
		do(0, n)
		return
	}
	var others sync.WaitGroup
	for t := 1; t < threads; t++ {
		others.Go(func() { do(t*n/threads, (t+1)*n/threads) })
	}
	do(0, n/threads)
	others.Wait()
}

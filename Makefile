# `make check` is what CI runs.
.PHONY: check format vet lint test race

check: format vet lint test race

format:
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt -w these:"; echo "$$unformatted"; exit 1; }

vet:
	go vet ./...

lint:
	go tool staticcheck ./...
	@dead=$$(go tool deadcode -test ./...); test -z "$$dead" || { echo "$$dead"; exit 1; }

test:
	go test ./...

# The packages whose values are shared between goroutines.
race:
	go test -race -short ./catalog ./encoders/... ./indexer/... ./retrieval/... ./ranker/... ./web/...

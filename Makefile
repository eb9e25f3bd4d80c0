# Callboard: `make help` says what there is to do.

GO        ?= go
FUZZTIME  ?= 10s
BENCH     ?= .
COUNT     ?= 6
TESTFLAGS ?=
STUDY     ?=

# The race detector needs cgo, which Go turns off where no C compiler is found.
RACE := $(if $(filter 1,$(shell $(GO) env CGO_ENABLED)),-race)

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
NEXUSD      := github.com/gammazero/nexus/v3/nexusd # v3.3.0, as go.mod has it
BENCHSTAT   := golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da

.DEFAULT_GOAL := all
.PHONY: all help run build test race lint fmt fmt-check fuzz bench bench-peers bench-growth bench-neighbour bench-contention interop soak map

all: fmt-check lint test ## Check the format, lint, test (the default)

help: ## Print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

run: build ## Run the router: ws://127.0.0.1:8080/ws, tcp://127.0.0.1:8081, realm1
	@bin/callboard serve

build: ## Build bin/callboard
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/callboard ./cmd/callboard

# One run of everything: race detector, released buffers overwritten, foreign clients.
test: ## Run all tests and say what was skipped (needs Node and npm)
	@# What counts allocations means nothing under the race detector, and is not built there,
	@# nor is what depends on who runs when, nor are the direct calls on sockets.
	@$(if $(RACE),$(GO) test -count=1 -run "Allocat|MemoryOf|ToNobody|ClosedLoop" ./actors ./actors/mailbox)
	@$(if $(RACE),$(GO) test -count=1 ./netio)
	@$(GO) run ./cmd/testtally -allowed .ci/allowed-skips -- $(RACE) -tags poison -timeout 20m $(TESTFLAGS) ./...

race: ## Run all tests under the race detector, plainly
	$(GO) test -race ./...

lint: ## Run golangci-lint where it is installed, else vet and staticcheck; hold the house rules
	@if command -v golangci-lint >/dev/null; then golangci-lint run ./...; \
	else $(GO) vet ./... && $(GO) run $(STATICCHECK) ./...; fi
	$(GO) test -count=1 ./actors/house

fmt: ## Format all Go files
	gofmt -w $$(find . -name '*.go' -not -path '*/node_modules/*')

fmt-check:
	@out=$$(gofmt -l $$(find . -name '*.go' -not -path '*/node_modules/*')); \
	if [ -n "$$out" ]; then echo "not formatted (make fmt):"; echo "$$out"; exit 1; fi

fuzz: ## Run every fuzz target for FUZZTIME (10s)
	@grep -rEo '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' . | sort | \
	while IFS=: read -r file func; do \
		name=$${func#func }; echo "$$(dirname $$file) $$name"; \
		$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$(dirname $$file)" || exit 1; \
	done

bench: ## Run the benchmarks into bin/bench.txt; compared with bin/bench.old.txt where it is
	@mkdir -p bin && rm -f bin/bench.failed
	@# A pipe ends as its last command does, so a failure leaves a file behind.
	{ $(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) -timeout 3h ./... || touch bin/bench.failed; } | tee bin/bench.txt
	@if [ -e bin/bench.failed ]; then rm bin/bench.failed; exit 1; fi
	@if [ -f bin/bench.old.txt ]; then $(GO) run $(BENCHSTAT) bin/bench.old.txt bin/bench.txt; fi

bench-peers: build ## Compare with nexusd and the relay; writes the table of benchmarks/README.md (half an hour)
	GOBIN=$(CURDIR)/bin $(GO) install $(NEXUSD)
	$(GO) build -o bin/study ./benchmarks/study
	bin/study peers $(STUDY)

bench-growth: build ## Measure how costs grow; writes the table and the plot of benchmarks (an hour)
	$(GO) build -o bin/study ./benchmarks/study
	bin/study growth $(STUDY)

bench-neighbour: build ## Measure a lone call beside the fan-out of another realm (two minutes)
	$(GO) build -o bin/study ./benchmarks/study
	bin/study neighbour $(STUDY)

bench-contention: ## Measure what waits for locks at 1, 2, 4 and 8 processors (eight minutes)
	$(GO) build -o bin/study ./benchmarks/study
	bin/study contention $(STUDY)

interop: ## Run foreign clients against the built binary (needs Node and npm)
	$(GO) test -count=1 -v ./cmd/callboard/interop

soak: ## Run the long form of the order, churn and memory tests
	CALLBOARD_LONG=1 $(GO) test -count=1 -timeout 3h ./actors/... ./wamp/pattern

map: ## Print the house: every room and the rooms it imports
	@$(GO) list -e -f '{{$$m := .Module.Path}}{{.ImportPath}}{{range .Imports}} {{.}}{{end}}' ./... | \
	awk -v m="$$($(GO) list -m)/" '{ \
		room = $$1; sub(m, "", room); line = ""; \
		for (i = 2; i <= NF; i++) if (index($$i, m) == 1) line = line " " substr($$i, length(m) + 1); \
		printf "%-26s%s\n", room, line }'

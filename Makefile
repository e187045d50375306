# espost: `make help` lists what can be made.

GO ?= go
SHELL := /bin/bash
# Debian keeps nginx in sbin, where an ordinary user's shell doesn't look.
export PATH := $(PATH):/usr/sbin:/sbin

# Pinned, so that a new release never turns a green tree red.
GOLANGCI_LINT_VERSION := v2.15.0
GOLANGCI_LINT := .bin/golangci-lint-$(GOLANGCI_LINT_VERSION)
GORELEASER_VERSION := v2.16.0
GORELEASER := .bin/goreleaser-$(GORELEASER_VERSION)
CYCLONEDX_VERSION := v1.10.0
CYCLONEDX := .bin/cyclonedx-gomod-$(CYCLONEDX_VERSION)

# The packages that take longest are started first, so that no processor waits for them at the end.
LONGEST := ./codegen ./test ./internal/testkit/hostile ./tui

# The packages with goroutines of their own: the race detector has nothing to say about the others,
# and codegen's tests spend their time in the C++ compiler.
RACE ?= ./tui ./internal/testkit/hostile ./tlsinspect ./formpost ./cli ./demo ./device ./internal/testkit/tuitest ./tui/dialog

# How long `make fuzz` gives each fuzz target, and which ones it runs.
FUZZTIME ?= 30s
FUZZ ?= .

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## start the app with its built-in server; Enter alone leads to firmware
	$(GO) run . --demo

.PHONY: build
build: ## build ./espost
	$(GO) build -trimpath -o espost .

# Missing programs make tests fail here instead of being skipped: ESPOST_TEST_ALL. Many tests wait for a
# silence or a deadline: with two packages for each processor, others run meanwhile.
# The time limit is for what hangs, on a machine however busy. make lint vets.
PACKAGES_AT_ONCE := $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))
.PHONY: test
test: ## run every test, then the concurrent packages again under the race detector
	./.ci/programs
	ESPOST_TEST_ALL=1 .ci/in-memory $(GO) test -p $(PACKAGES_AT_ONCE) -vet=off -timeout 20m $(LONGEST) ./...
	CGO_ENABLED=1 .ci/in-memory $(GO) test -p $(PACKAGES_AT_ONCE) -vet=off -race -short -timeout 20m $(RACE)

# What make test does a few times (kills, random requests, loops), as often as it takes to meet the rare.
.PHONY: test-long
test-long: ## run the tests with many more rounds of what is random (many minutes)
	./.ci/programs
	ESPOST_TEST_ALL=1 ESPOST_TEST_LONG=1 $(GO) test -timeout 60m ./...

.PHONY: lint
lint: $(GOLANGCI_LINT) ## check formatting, vet, golangci-lint and the module checksums
	@unformatted="$$(gofmt -l .)"; if [ -n "$$unformatted" ]; then \
		printf 'Not gofmt-ed; run gofmt -w on:\n%s\n' "$$unformatted" >&2; exit 1; fi
	$(GO) vet ./...
	$(GOLANGCI_LINT) run --allow-parallel-runners ./...
	$(GO) mod verify

$(GOLANGCI_LINT):
	GOBIN="$(CURDIR)/.bin" $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv .bin/golangci-lint $@

.PHONY: release
release: $(GORELEASER) $(CYCLONEDX) ## build archives and packages for every platform into dist/; publish nothing
	CYCLONEDX="$(CURDIR)/$(CYCLONEDX)" $(GORELEASER) release --clean --skip=publish \
		$(if $(shell git tag --points-at HEAD),,--snapshot) --parallelism $(or $(JOBS),$(shell nproc))

$(GORELEASER):
	GOBIN="$(CURDIR)/.bin" $(GO) install github.com/goreleaser/goreleaser/v2@$(GORELEASER_VERSION)
	mv .bin/goreleaser $@

$(CYCLONEDX):
	GOBIN="$(CURDIR)/.bin" $(GO) install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@$(CYCLONEDX_VERSION)
	mv .bin/cyclonedx-gomod $@

# As root; not a part of CI.
.PHONY: check-packages
check-packages: ## install what make release made into clean roots, use it, remove it
	packaging/check

# Go's name of each system and processor that a release has, beside the one that the tests run on. One of each
# system, and one of 32 bits, is vetted, the tests included; the others differ in nothing that vet looks at.
VETTED := windows/amd64 darwin/arm64 freebsd/amd64 linux/arm
PLATFORMS := $(VETTED) windows/arm64 darwin/amd64 freebsd/arm64 linux/arm64

.PHONY: platforms
platforms: $(VETTED:%=vet-%) $(PLATFORMS:%=build-%) ## vet and build for every system that a release has

.PHONY: $(VETTED:%=vet-%) $(PLATFORMS:%=build-%)
$(VETTED:%=vet-%): vet-%:
	GOOS=$(*D) GOARCH=$(*F) CGO_ENABLED=0 $(GO) vet -trimpath ./...

$(PLATFORMS:%=build-%): build-%:
	GOOS=$(*D) GOARCH=$(*F) CGO_ENABLED=0 $(GO) build -trimpath -ldflags=-s -o /dev/null .

.PHONY: bench
bench: ## measure espost beside what else does the same, and write docs/performance.md (some minutes)
	$(GO) run ./internal/testkit/performance docs/performance.md

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME (30s); FUZZ=NAME picks some
	@set -e -o pipefail; $(GO) list ./... | while read -r package; do \
		for target in $$($(GO) test -list '^Fuzz' "$$package" | grep '^Fuzz' | grep -E '$(FUZZ)'); do \
			echo "== $$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$package" </dev/null; \
		done; \
	done

.PHONY: vulns
vulns: ## ask the Go vulnerability database about what is linked (needs the Internet)
	$(GO) run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...

.PHONY: mutants
mutants: ## remove each guard that is marked in the source and see its test fail
	$(GO) run ./internal/testkit/mutants

.PHONY: screens
screens: ## draw docs/screens/*.svg anew from the running app
	$(GO) test -count=1 ./docs/screens -update

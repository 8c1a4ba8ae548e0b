.DEFAULT_GOAL := help
.PHONY: help demo demo-down test unit verify generate run build image lint programs

NODE := tools/node
JEST := $(NODE) --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: deps ## Run the operator on a local control plane with simulated nodes, until an example is Ready
	@$(NODE) test/demo/demo.ts

demo-down: deps ## Stop what `make demo` has left running
	@$(NODE) test/demo/down.ts

test: deps lint verify ## Everything: lint, generated files, unit, API server, real programs (what CI runs)
	@$(NODE) test/programs/cli.ts
	@$(JEST)

unit: deps ## Only tests that need nothing but Node
	@$(JEST) src

generate: deps ## Write CRDs, roles and the API reference anew from the schemas
	@$(NODE) tools/generate.ts

verify: deps ## Fail when generated files are not what the schemas say
	@$(NODE) tools/generate.ts --check

lint: deps ## Types, style, and the one-way dependency rule
	@$(NODE) node_modules/typescript/bin/tsc --noEmit
	@$(NODE) node_modules/eslint/bin/eslint.js --max-warnings 0 .

run: ## Run the operator against the cluster of your kubeconfig (ARGS="--context NAME")
	@bin/lgtm-operator run $(ARGS)

build: deps ## Bundle into dist/lgtm-operator.mjs
	@$(NODE) tools/build.ts

image: ## Build the container image (needs docker; IMAGE=name:tag)
	docker build -t $(or $(IMAGE),lgtm-operator:dev) .

programs: deps ## Get the real programs that the tests use (downloaded, or built with Go: about 20 minutes, once)
	@$(NODE) test/programs/cli.ts

.PHONY: deps
deps:
	@tools/deps

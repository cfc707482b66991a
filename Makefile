# For those who have every package: each target spells one command.
all:     ; cmake --workflow --preset dev
test:    ; tools/test
asan:    ; cmake --workflow --preset asan
tsan:    ; cmake --workflow --preset tsan
release: ; cmake --workflow --preset release
fmt:     ; tools/format
lint:    ; tools/lint
check:   ; .ci/run
demo:    ; tools/demo
clean:   ; rm -rf build

.PHONY: all test asan tsan release fmt lint check demo clean

# For those who have every package: each target spells one command.
.PHONY: all test asan tsan fuzz bench fmt lint check run release clean

all:     ; cmake --workflow --preset dev
test:    ; tools/test
asan:    ; cmake --workflow --preset asan
tsan:    ; cmake --workflow --preset tsan
release: ; cmake --workflow --preset release
fmt:     ; tools/format
lint:    ; tools/lint
check:   ; .ci/run
run: all ; build/dev/telltale --config.file=config/telltale.example.yml
clean:   ; rm -rf build

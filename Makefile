# For those who have every package: each target spells one command.
all:     ; cmake --workflow --preset dev
test:    ; tools/test
asan:    ; cmake --workflow --preset asan
tsan:    ; cmake --workflow --preset tsan
release: ; cmake --workflow --preset release
bench:   ; cmake --preset release && cmake --build --preset release --target telltale telltale_test_peer telltale_mint bare_handshakes exposer && tests/bench/run build/release
fuzz:    ; cmake --preset fuzz && cmake --build build/fuzz --target fuzz_$(T) && build/fuzz/tests/fuzz/fuzz_$(T) -max_total_time=60  # T=config
fmt:     ; tools/format
lint:    ; tools/lint
check:   ; .ci/run
deploy:  ; tools/deploy
demo:    ; tools/demo
clean:   ; rm -rf build

.PHONY: all test asan tsan release bench fuzz fmt lint check deploy demo clean

# Benchmarks of parts; built and run by hand: make bench && tests/bench/seal
EXTRA_PROGRAMS += tests/bench/seal
bench: tests/bench/seal$(EXEEXT)
.PHONY: bench
EXTRA_DIST += tests/bench/run tests/bench/table.mjs

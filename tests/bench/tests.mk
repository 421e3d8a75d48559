# Benchmarks of parts; built and run by hand: make bench && tests/bench/seal
EXTRA_PROGRAMS += tests/bench/seal tests/bench/limit
bench: tests/bench/seal$(EXEEXT) tests/bench/limit$(EXEEXT)
.PHONY: bench
EXTRA_DIST += tests/bench/run tests/bench/table.mjs

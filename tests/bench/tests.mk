# Benchmarks of parts; built and run by hand: make bench && tests/bench/seal
EXTRA_PROGRAMS += tests/bench/seal tests/bench/limit tests/bench/joins
tests_bench_joins_LDADD = $(ROOM_LDADD)
bench: tests/bench/seal$(EXEEXT) tests/bench/limit$(EXEEXT) tests/bench/joins$(EXEEXT)
.PHONY: bench
EXTRA_DIST += tests/bench/run tests/bench/table.mjs
EXTRA_PROGRAMS += tests/bench/adaptation
tests_bench_adaptation_LDADD = $(SIM_LDADD)
bench: tests/bench/adaptation$(EXEEXT)
EXTRA_DIST += tests/bench/network tests/support/narrow.c

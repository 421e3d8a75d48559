# Benchmarks of parts; built and run by hand: make bench && tests/bench/seal
EXTRA_PROGRAMS += tests/bench/seal tests/bench/limit tests/bench/joins tests/bench/record
tests_bench_limit_SOURCES = tests/bench/limit.c tests/bench/limit.h tests/bench/limit_rooms.c tests/bench/limit_stream.c
tests_bench_joins_LDADD = $(ROOM_LDADD)
tests_bench_record_CPPFLAGS = $(AM_CPPFLAGS) $(PLUGIN_CPPFLAGS) $(AVFORMAT_CFLAGS)
tests_bench_record_LDADD = $(RECORDER_LIBS) -lpthread
bench: tests/bench/seal$(EXEEXT) tests/bench/limit$(EXEEXT) tests/bench/joins$(EXEEXT) tests/bench/record$(EXEEXT)
EXTRA_DIST += tests/bench/run tests/bench/soak tests/bench/table.mjs
EXTRA_PROGRAMS += tests/bench/adaptation tests/bench/fec
tests_bench_adaptation_LDADD = $(SIM_LDADD)
bench: tests/bench/adaptation$(EXEEXT) tests/bench/fec$(EXEEXT)
EXTRA_DIST += tests/bench/network tests/support/narrow.c tests/support/tun.h tests/bench/firstframe
EXTRA_PROGRAMS += tests/bench/flood tests/bench/wire tests/bench/handshake
tests_bench_flood_LDADD =
tests_bench_wire_LDADD =
bench: tests/bench/wire$(EXEEXT) tests/bench/handshake$(EXEEXT)
EXTRA_DIST += tests/bench/siege

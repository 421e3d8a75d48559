# Each harness also runs without a fuzzer: replay.c feeds it tests/fuzz/corpus/NAME.
EXTRA_DIST += tests/fuzz/corpus
check_PROGRAMS += tests/fuzz/fuzz_config
tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz_config.c tests/fuzz/replay.c
check_PROGRAMS += tests/fuzz/fuzz_rtp
tests_fuzz_fuzz_rtp_SOURCES = tests/fuzz/fuzz_rtp.c tests/fuzz/replay.c
check_PROGRAMS += tests/fuzz/fuzz_dd
tests_fuzz_fuzz_dd_SOURCES = tests/fuzz/fuzz_dd.c tests/fuzz/replay.c
check_PROGRAMS += tests/fuzz/fuzz_rtcp
tests_fuzz_fuzz_rtcp_SOURCES = tests/fuzz/fuzz_rtcp.c tests/fuzz/replay.c
check_PROGRAMS += tests/fuzz/fuzz_twcc
tests_fuzz_fuzz_twcc_SOURCES = tests/fuzz/fuzz_twcc.c tests/fuzz/replay.c

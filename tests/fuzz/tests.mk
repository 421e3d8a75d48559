# Each harness also runs without a fuzzer: replay.c feeds it tests/fuzz/corpus/NAME.
EXTRA_DIST += tests/fuzz/corpus
check_PROGRAMS += tests/fuzz/fuzz_config
tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz_config.c tests/fuzz/replay.c
check_PROGRAMS += tests/fuzz/fuzz_sdp
tests_fuzz_fuzz_sdp_SOURCES = tests/fuzz/fuzz_sdp.c tests/fuzz/replay.c
check_PROGRAMS += tests/fuzz/fuzz_candidate
tests_fuzz_fuzz_candidate_SOURCES = tests/fuzz/fuzz_candidate.c tests/fuzz/replay.c
check_PROGRAMS += tests/fuzz/fuzz_ice_tcp
tests_fuzz_fuzz_ice_tcp_SOURCES = tests/fuzz/fuzz_ice_tcp.c tests/fuzz/replay.c
check_PROGRAMS += tests/fuzz/fuzz_stun
tests_fuzz_fuzz_stun_SOURCES = tests/fuzz/fuzz_stun.c tests/fuzz/replay.c

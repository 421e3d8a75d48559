# Each harness also runs without a fuzzer: replay.c feeds it tests/fuzz/corpus/NAME.
EXTRA_DIST += tests/fuzz/corpus

EXTRA_DIST += tests/fixtures/dtls

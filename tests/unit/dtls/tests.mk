# tests of core/dtls
check_PROGRAMS += tests/unit/dtls/test_dtls tests/unit/dtls/test_context tests/unit/dtls/test_fingerprint \
	tests/unit/dtls/test_token tests/unit/dtls/test_algorithms tests/unit/dtls/test_record tests/unit/dtls/test_cert \
	tests/unit/dtls/test_kept tests/unit/dtls/test_link
EXTRA_DIST += tests/fixtures/dtls/chromium-clienthello.hex tests/fixtures/dtls/firefox-clienthello.hex

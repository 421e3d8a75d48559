check_PROGRAMS += \
	tests/unit/sdp/test_attr \
	tests/unit/sdp/test_fragment \
	tests/unit/sdp/test_names \
	tests/unit/sdp/test_parse \
	tests/unit/sdp/test_payload \
	tests/unit/sdp/test_stream \
	tests/unit/sdp/test_write
EXTRA_DIST += tests/fixtures/sdp tests/support/fixture.h tests/unit/sdp/describe.h

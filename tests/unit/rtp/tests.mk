check_PROGRAMS += \
	tests/unit/rtp/test_rtp \
	tests/unit/rtp/test_ext \
	tests/unit/rtp/test_payload \
	tests/unit/rtp/test_dd \
	tests/unit/rtp/test_vp8 \
	tests/unit/rtp/test_vp9 \
	tests/unit/rtp/test_h264 \
	tests/unit/rtp/test_h265 \
	tests/unit/rtp/test_av1 \
	tests/unit/rtp/test_opus \
	tests/unit/rtp/test_red \
	tests/unit/rtp/test_rtx \
	tests/unit/rtp/test_vla

EXTRA_DIST += tests/fixtures/rtp tests/support/vectors.h

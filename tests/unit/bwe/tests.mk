check_PROGRAMS += \
	tests/unit/bwe/test_acked \
	tests/unit/bwe/test_aimd \
	tests/unit/bwe/test_arrival \
	tests/unit/bwe/test_bwe \
	tests/unit/bwe/test_fallback \
	tests/unit/bwe/test_flight \
	tests/unit/bwe/test_loss \
	tests/unit/bwe/test_probe \
	tests/unit/bwe/test_queue \
	tests/unit/bwe/test_trend
EXTRA_DIST += tests/unit/bwe/path.h

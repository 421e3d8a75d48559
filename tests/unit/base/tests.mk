check_PROGRAMS += \
	tests/unit/base/test_cursor \
	tests/unit/base/test_err \
	tests/unit/base/test_ring \
	tests/unit/base/test_str

check_PROGRAMS += \
	tests/unit/rtcp/test_rtcp \
	tests/unit/rtcp/test_feedback \
	tests/unit/rtcp/test_write \
	tests/unit/rtcp/test_twcc \
	tests/unit/rtcp/test_stats

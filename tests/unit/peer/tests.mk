check_PROGRAMS += \
	tests/unit/peer/test_answer
EXTRA_DIST += tests/unit/peer/planning.h

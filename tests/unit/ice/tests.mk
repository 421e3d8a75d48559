check_PROGRAMS += \
	tests/unit/ice/test_address \
	tests/unit/ice/test_candidate \
	tests/unit/ice/test_egress \
	tests/unit/ice/test_frame \
	tests/unit/ice/test_stun \
	tests/unit/ice/test_table
tests_unit_ice_test_stun_SOURCES = tests/unit/ice/test_stun.c \
	tests/unit/ice/check_client.c tests/unit/ice/check_client.h

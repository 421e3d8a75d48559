check_PROGRAMS += \
	tests/unit/ice/test_address \
	tests/unit/ice/test_candidate \
	tests/unit/ice/test_egress \
	tests/unit/ice/test_frame \
	tests/unit/ice/test_relay \
	tests/unit/ice/test_stun \
	tests/unit/ice/test_table
tests_unit_ice_test_stun_SOURCES = tests/unit/ice/test_stun.c \
	tests/unit/ice/check_client.c tests/unit/ice/check_client.h
check_PROGRAMS += \
	tests/unit/ice/test_lite \
	tests/unit/ice/test_tcp
ice_world = tests/unit/ice/world.c tests/unit/ice/world.h tests/unit/ice/check_client.c tests/unit/ice/check_client.h
ice_lite_world = tests/unit/ice/lite_world.c tests/unit/ice/lite_world.h $(ice_world)
tests_unit_ice_test_lite_SOURCES = tests/unit/ice/test_lite.c $(ice_lite_world)
tests_unit_ice_test_tcp_SOURCES = tests/unit/ice/test_tcp.c $(ice_lite_world)
check_PROGRAMS += \
	tests/unit/ice/test_full \
	tests/unit/ice/test_sim
tests_unit_ice_test_full_SOURCES = tests/unit/ice/test_full.c $(ice_world)

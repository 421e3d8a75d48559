# tests of core/host
check_PROGRAMS += \
	tests/unit/host/test_args \
	tests/unit/host/test_calibrate \
	tests/unit/host/test_control \
	tests/unit/host/test_daemon \
	tests/unit/host/test_environment \
	tests/unit/host/test_envelope \
	tests/unit/host/test_frame \
	tests/unit/host/test_life \
	tests/unit/host/test_listeners \
	tests/unit/host/test_manager \
	tests/unit/host/test_module \
	tests/unit/host/test_notify \
	tests/unit/host/test_relays \
	tests/unit/host/test_sandbox \
	tests/unit/host/test_settings \
	tests/unit/host/test_stall

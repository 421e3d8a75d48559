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
# A module that the sandbox looks at.
EXTRA_PROGRAMS += tests/unit/host/declares/sockets.so
CLEANFILES += tests/unit/host/declares/sockets.so
tests_unit_host_declares_sockets_so_SOURCES = tests/unit/host/declares/sockets.c
tests_unit_host_declares_sockets_so_CPPFLAGS = $(PLUGIN_CPPFLAGS)
tests_unit_host_declares_sockets_so_CFLAGS = $(PLUGIN_CFLAGS)
tests_unit_host_declares_sockets_so_LDFLAGS = $(PLUGIN_LDFLAGS)
tests_unit_host_declares_sockets_so_LDADD = $(JANSSON_LIBS)
EXTRA_tests_unit_host_test_sandbox_DEPENDENCIES = tests/unit/host/declares/sockets.so

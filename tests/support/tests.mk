# a live core in a test (world.h)
world = tests/support/world.c tests/support/world_host.c tests/support/world_plugin.c \
	tests/support/world_transport.c tests/support/world_worker.c tests/support/world.h tests/support/world_inside.h
EXTRA_DIST += tests/fixtures/dtls tests/support/token.h

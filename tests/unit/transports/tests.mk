# tests of transports/: the pure parts, and the modules as they were built
transports_fake = tests/unit/transports/fake.c tests/unit/transports/fake.h tests/unit/transports/client.c
check_PROGRAMS += \
	tests/unit/transports/test_acl \
	tests/unit/transports/test_target \
	tests/unit/transports/test_forwarded \
	tests/unit/transports/test_path \
	tests/unit/transports/test_cors \
	tests/unit/transports/test_layout \
	tests/unit/transports/test_tokens \
	tests/unit/transports/test_http \
	tests/unit/transports/test_pages \
	tests/unit/transports/test_websocket
tests_unit_transports_test_acl_SOURCES = tests/unit/transports/test_acl.c transports/common/acl.c
tests_unit_transports_test_forwarded_SOURCES = tests/unit/transports/test_forwarded.c transports/common/forwarded.c \
	transports/common/acl.c
tests_unit_transports_test_target_SOURCES = tests/unit/transports/test_target.c transports/http/target.c
tests_unit_transports_test_path_SOURCES = tests/unit/transports/test_path.c transports/http/path.c
tests_unit_transports_test_cors_SOURCES = tests/unit/transports/test_cors.c transports/http/cors.c
tests_unit_transports_test_layout_SOURCES = tests/unit/transports/test_layout.c transports/common/layout.c
tests_unit_transports_test_tokens_SOURCES = tests/unit/transports/test_tokens.c transports/websocket/tokens.c
tests_unit_transports_test_http_SOURCES = tests/unit/transports/test_http.c tests/unit/transports/http.h $(transports_fake)
tests_unit_transports_test_pages_SOURCES = tests/unit/transports/test_pages.c tests/unit/transports/http.h $(transports_fake)
tests_unit_transports_test_websocket_SOURCES = tests/unit/transports/test_websocket.c $(transports_fake)

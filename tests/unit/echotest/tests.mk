# tests of plugins/echotest: the real plugin in a live core, without any network
check_PROGRAMS += tests/unit/echotest/test_echotest
tests_unit_echotest_test_echotest_SOURCES = tests/unit/echotest/test_echotest.c $(plugins_echotest_so_SOURCES) $(world)

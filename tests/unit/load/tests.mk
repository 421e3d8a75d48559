# tests of tools/load: what reads text
check_PROGRAMS += tests/unit/load/test_options tests/unit/load/test_sdp
tests_unit_load_test_options_SOURCES = tests/unit/load/test_options.c tools/load/options.c
tests_unit_load_test_options_LDADD = $(JANSSON_LIBS) $(GLIB_LIBS) $(CMOCKA_LIBS)
tests_unit_load_test_sdp_SOURCES = tests/unit/load/test_sdp.c tools/load/sdp.c
tests_unit_load_test_sdp_LDADD = $(GLIB_LIBS) $(CMOCKA_LIBS)

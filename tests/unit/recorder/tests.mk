# tests of plugins/recorder's pure parts
check_PROGRAMS += tests/unit/recorder/test_vp8
tests_unit_recorder_test_vp8_SOURCES = tests/unit/recorder/test_vp8.c tests/unit/recorder/frames.h
tests_unit_recorder_test_vp8_LDADD = $(RECMEDIA_LIBS) $(CMOCKA_LIBS)

# tests of tools/rec: its pure parts, and the program as it was built
rec_libs = $(RECMEDIA_LIBS) $(JANSSON_LIBS) $(GLIB_LIBS) $(AVFORMAT_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/rec/test_packets tests/unit/rec/test_timing tests/unit/rec/test_pcap tests/unit/rec/test_tool
tests_unit_rec_test_packets_SOURCES = tests/unit/rec/test_packets.c tests/unit/rec/mjrs.h tools/rec/packets.c tools/rec/ui.c
tests_unit_rec_test_packets_LDADD = $(rec_libs)
tests_unit_rec_test_timing_SOURCES = tests/unit/rec/test_timing.c tools/rec/timing.c
tests_unit_rec_test_timing_LDADD = $(rec_libs)
tests_unit_rec_test_pcap_SOURCES = tests/unit/rec/test_pcap.c tools/rec/pcap.c
tests_unit_rec_test_pcap_LDADD = $(rec_libs)
tests_unit_rec_test_tool_SOURCES = tests/unit/rec/test_tool.c tests/unit/rec/mjrs.h
tests_unit_rec_test_tool_LDADD = $(rec_libs)
check_PROGRAMS += tests/unit/rec/test_layout tests/unit/rec/test_timeline
tests_unit_rec_test_layout_SOURCES = tests/unit/rec/test_layout.c tools/rec/layout.c
tests_unit_rec_test_layout_LDADD = $(rec_libs)
tests_unit_rec_test_timeline_SOURCES = tests/unit/rec/test_timeline.c tools/rec/timeline.c tools/rec/manifests.c tools/rec/ui.c
tests_unit_rec_test_timeline_LDADD = $(rec_libs)

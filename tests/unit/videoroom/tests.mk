# tests of plugins/videoroom: the real plugin in a live core, without any network
check_LIBRARIES += tests/unit/videoroom/libroom.a
tests_unit_videoroom_libroom_a_SOURCES = $(plugins_videoroom_so_SOURCES) $(world) \
	tests/unit/videoroom/people.c tests/unit/videoroom/people.h
ROOM_LDADD = tests/unit/videoroom/libroom.a $(LDADD)
check_PROGRAMS += \
	tests/unit/videoroom/test_chaos \
	tests/unit/videoroom/test_checklist \
	tests/unit/videoroom/test_loudest \
	tests/unit/videoroom/test_plain \
	tests/unit/videoroom/test_properties \
	tests/unit/videoroom/test_record \
	tests/unit/videoroom/test_rooms \
	tests/unit/videoroom/test_states \
	tests/unit/videoroom/test_store \
	tests/unit/videoroom/test_subscribe \
	tests/unit/videoroom/test_watch
tests_unit_videoroom_test_chaos_LDADD = $(ROOM_LDADD)
tests_unit_videoroom_test_checklist_LDADD = $(ROOM_LDADD)
tests_unit_videoroom_test_loudest_LDADD = $(ROOM_LDADD)
tests_unit_videoroom_test_properties_LDADD = $(ROOM_LDADD)
tests_unit_videoroom_test_record_LDADD = $(ROOM_LDADD)
tests_unit_videoroom_test_plain_LDADD = $(ROOM_LDADD)
tests_unit_videoroom_test_rooms_LDADD = $(ROOM_LDADD)
tests_unit_videoroom_test_states_LDADD = $(ROOM_LDADD)
tests_unit_videoroom_test_store_LDADD = $(ROOM_LDADD)
tests_unit_videoroom_test_subscribe_LDADD = $(ROOM_LDADD)
tests_unit_videoroom_test_watch_LDADD = $(ROOM_LDADD)

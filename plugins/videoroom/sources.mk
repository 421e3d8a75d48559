plugin_PROGRAMS += plugins/videoroom.so
plugins_videoroom_so_SOURCES = \
	plugins/videoroom/access.c plugins/videoroom/access.h \
	plugins/videoroom/cascade.c plugins/videoroom/cascade.h \
	plugins/videoroom/configure.c \
	plugins/videoroom/demand.c plugins/videoroom/demand.h \
	plugins/videoroom/dummy.c plugins/videoroom/dummy.h \
	plugins/videoroom/events.c plugins/videoroom/events.h \
	plugins/videoroom/explain.c \
	plugins/videoroom/forward.c plugins/videoroom/forward.h \
	plugins/videoroom/forward_requests.c \
	plugins/videoroom/hosts.c plugins/videoroom/hosts.h \
	plugins/videoroom/ids.c plugins/videoroom/ids.h \
	plugins/videoroom/ingest.c \
	plugins/videoroom/join.c \
	plugins/videoroom/loudest.c plugins/videoroom/loudest.h \
	plugins/videoroom/moderate.c \
	plugins/videoroom/observe.c plugins/videoroom/observe.h \
	plugins/videoroom/properties.c plugins/videoroom/properties.h \
	plugins/videoroom/publisher.c plugins/videoroom/publisher.h \
	plugins/videoroom/receive.c \
	plugins/videoroom/record.c plugins/videoroom/record.h \
	plugins/videoroom/remote.c plugins/videoroom/remote.h \
	plugins/videoroom/remote_requests.c \
	plugins/videoroom/room.c plugins/videoroom/room.h \
	plugins/videoroom/rooms.c \
	plugins/videoroom/seat.c plugins/videoroom/seat.h \
	plugins/videoroom/slot.c plugins/videoroom/slot.h \
	plugins/videoroom/slots_json.c \
	plugins/videoroom/store.c plugins/videoroom/store.h \
	plugins/videoroom/subscribe.c \
	plugins/videoroom/subscriber.c plugins/videoroom/subscriber.h \
	plugins/videoroom/switch.c \
	plugins/videoroom/answers.c plugins/videoroom/answers.h \
	plugins/videoroom/visits.c plugins/videoroom/visits.h \
	plugins/videoroom/watch.c \
	plugins/videoroom/whep.c \
	plugins/videoroom/whip.c \
	plugins/videoroom/verbs.c plugins/videoroom/verbs.h \
	plugins/videoroom/videoroom.c plugins/videoroom/videoroom.h
plugins_videoroom_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) $(GLIB_CFLAGS)
plugins_videoroom_so_CFLAGS = $(PLUGIN_CFLAGS)
plugins_videoroom_so_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_videoroom_so_LDADD = $(JANSSON_LIBS) $(GLIB_LIBS)

plugin_PROGRAMS += plugins/videoroom.so
plugins_videoroom_so_SOURCES = \
	plugins/videoroom/access.c plugins/videoroom/access.h \
	plugins/videoroom/configure.c \
	plugins/videoroom/events.c plugins/videoroom/events.h \
	plugins/videoroom/ids.c plugins/videoroom/ids.h \
	plugins/videoroom/join.c \
	plugins/videoroom/moderate.c \
	plugins/videoroom/properties.c plugins/videoroom/properties.h \
	plugins/videoroom/publisher.c plugins/videoroom/publisher.h \
	plugins/videoroom/receive.c \
	plugins/videoroom/room.c plugins/videoroom/room.h \
	plugins/videoroom/rooms.c \
	plugins/videoroom/seat.c plugins/videoroom/seat.h \
	plugins/videoroom/slot.c plugins/videoroom/slot.h \
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

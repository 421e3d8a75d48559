plugin_PROGRAMS += plugins/videoroom.so
plugins_videoroom_so_SOURCES = plugins/videoroom/videoroom.c plugins/videoroom/videoroom.h plugins/videoroom/room.c \
	plugins/videoroom/properties.c plugins/videoroom/publisher.c plugins/videoroom/join.c plugins/videoroom/configure.c \
	plugins/videoroom/subscriber.c plugins/videoroom/subscribe.c \
	plugins/videoroom/receive.c plugins/videoroom/slots.c plugins/videoroom/events.c plugins/videoroom/seat.c \
	plugins/videoroom/requests.c
plugins_videoroom_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) $(GLIB_CFLAGS)
plugins_videoroom_so_CFLAGS = $(PLUGIN_CFLAGS)
plugins_videoroom_so_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_videoroom_so_LDADD = $(JANSSON_LIBS) $(GLIB_LIBS)

transport_PROGRAMS += transports/websocket.so
transports_websocket_so_SOURCES = transports/websocket/websocket.c transports/websocket/websocket.h \
	transports/websocket/service.c transports/websocket/handshake.c transports/websocket/connection.c \
	transports/websocket/tokens.c transports/websocket/tokens.h $(transports_common)
transports_websocket_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) -D_GNU_SOURCE $(GLIB_CFLAGS) $(LWS_CFLAGS)
transports_websocket_so_CFLAGS = $(PLUGIN_CFLAGS)
transports_websocket_so_LDFLAGS = $(PLUGIN_LDFLAGS)
transports_websocket_so_LDADD = $(LWS_LIBS) $(EV_LIBS) $(GLIB_LIBS) $(JANSSON_LIBS) -lpthread

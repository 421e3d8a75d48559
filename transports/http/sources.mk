transport_PROGRAMS += transports/http.so
transports_http_so_SOURCES = transports/http/http.c transports/http/http.h transports/http/server.c \
	transports/http/address.c \
	transports/http/exchange.c transports/http/watch.c transports/http/pages.c transports/http/path.c \
	transports/http/path.h transports/http/target.c transports/http/target.h transports/http/cors.c \
	transports/http/cors.h $(transports_common)
transports_http_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) -D_GNU_SOURCE $(GLIB_CFLAGS) $(MHD_CFLAGS)
transports_http_so_CFLAGS = $(PLUGIN_CFLAGS)
transports_http_so_LDFLAGS = $(PLUGIN_LDFLAGS)
transports_http_so_LDADD = $(MHD_LIBS) $(GLIB_LIBS) $(JANSSON_LIBS) -lpthread

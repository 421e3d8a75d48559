plugin_PROGRAMS += plugins/loadreport.so
plugins_loadreport_so_SOURCES = \
	plugins/loadreport/agent.c plugins/loadreport/agent.h \
	plugins/loadreport/figure.c plugins/loadreport/figure.h \
	plugins/loadreport/history.c plugins/loadreport/history.h \
	plugins/loadreport/kernel.c plugins/loadreport/kernel.h \
	plugins/loadreport/loadreport.c plugins/loadreport/loadreport.h \
	plugins/loadreport/push.c plugins/loadreport/push.h \
	plugins/loadreport/redis.c plugins/loadreport/redis.h \
	plugins/loadreport/report.c plugins/loadreport/report.h \
	plugins/loadreport/watchers.c plugins/loadreport/watchers.h
plugins_loadreport_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) $(GLIB_CFLAGS) $(HIREDIS_CFLAGS)
plugins_loadreport_so_CFLAGS = $(PLUGIN_CFLAGS)
plugins_loadreport_so_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_loadreport_so_LDADD = $(JANSSON_LIBS) $(GLIB_LIBS) $(HIREDIS_LIBS) -lm

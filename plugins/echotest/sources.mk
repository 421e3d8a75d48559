plugin_PROGRAMS += plugins/echotest.so
plugins_echotest_so_SOURCES = plugins/echotest/echotest.c plugins/echotest/echotest.h plugins/echotest/settings.c \
	plugins/echotest/told.c plugins/echotest/record.c
plugins_echotest_so_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_echotest_so_CFLAGS = $(PLUGIN_CFLAGS)
plugins_echotest_so_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_echotest_so_LDADD = $(JANSSON_LIBS)

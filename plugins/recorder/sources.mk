# Everything but the plugin's descriptor: the tests link it, too.
noinst_LIBRARIES += librecorder.a
librecorder_a_CPPFLAGS = $(PLUGIN_CPPFLAGS) $(GLIB_CFLAGS) $(AVFORMAT_CFLAGS) $(AVFILTER_CFLAGS)
librecorder_a_CFLAGS = $(PLUGIN_CFLAGS)
librecorder_a_SOURCES = plugins/recorder/recorder.h \
	plugins/recorder/settings.c plugins/recorder/settings.h plugins/recorder/ring.c plugins/recorder/ring.h \
	plugins/recorder/jitter.c plugins/recorder/jitter.h plugins/recorder/clock.c plugins/recorder/clock.h \
	plugins/recorder/track.c plugins/recorder/track.h plugins/recorder/pending.c plugins/recorder/pending.h \
	plugins/recorder/stream.c plugins/recorder/stream.h plugins/recorder/mux.c plugins/recorder/mux.h \
	plugins/recorder/text.c plugins/recorder/text.h \
	plugins/recorder/mjrfile.c plugins/recorder/mjrfile.h plugins/recorder/output.c plugins/recorder/output.h \
	plugins/recorder/segment.c plugins/recorder/preroll.c plugins/recorder/preroll.h plugins/recorder/writer.c plugins/recorder/writer.h plugins/recorder/take.c \
	plugins/recorder/take.h plugins/recorder/orders.c plugins/recorder/orders.h plugins/recorder/taps.c plugins/recorder/taps.h \
	plugins/recorder/site.c plugins/recorder/site.h plugins/recorder/terms.c plugins/recorder/terms.h plugins/recorder/session.c plugins/recorder/session.h plugins/recorder/service.c \
	plugins/recorder/service.h plugins/recorder/name.c plugins/recorder/name.h plugins/recorder/nfo.c \
	plugins/recorder/nfo.h plugins/recorder/probe.c plugins/recorder/probe.h plugins/recorder/catalog.c \
	plugins/recorder/catalog.h plugins/recorder/item.c plugins/recorder/item.h plugins/recorder/scan.c plugins/recorder/scan.h plugins/recorder/packetize.c plugins/recorder/packetize.h \
	plugins/recorder/reader.c plugins/recorder/reader.h plugins/recorder/readfile.h \
	plugins/recorder/readmedia.c plugins/recorder/readmjr.c \
	plugins/recorder/mjrindex.c plugins/recorder/mjrindex.h plugins/recorder/messages.c plugins/recorder/messages.h \
	plugins/recorder/stretch.c plugins/recorder/stretch.h plugins/recorder/player.c plugins/recorder/player.h \
	plugins/recorder/seat.c plugins/recorder/seat.h plugins/recorder/requests.c plugins/recorder/record.c plugins/recorder/play.c plugins/recorder/verbs.h \
	plugins/recorder/access.c plugins/recorder/access.h plugins/recorder/range.c plugins/recorder/range.h plugins/recorder/pages.c \
	plugins/recorder/pages.h plugins/recorder/hooks.c plugins/recorder/hooks.h plugins/recorder/mend.c \
	plugins/recorder/mend.h plugins/recorder/upkeep.c plugins/recorder/upkeep.h
plugin_PROGRAMS += plugins/recorder.so
plugins_recorder_so_SOURCES = plugins/recorder/recorder.c
plugins_recorder_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) $(GLIB_CFLAGS) $(AVFORMAT_CFLAGS)
plugins_recorder_so_CFLAGS = $(PLUGIN_CFLAGS)
plugins_recorder_so_LDFLAGS = $(PLUGIN_LDFLAGS)
RECORDER_LIBS = librecorder.a $(RECMEDIA_LIBS) $(JANSSON_LIBS) $(GLIB_LIBS) $(AVFORMAT_LIBS) $(AVFILTER_LIBS)
plugins_recorder_so_LDADD = $(RECORDER_LIBS)

bin_PROGRAMS += cardea-rec
cardea_rec_SOURCES = tools/rec/main.c tools/rec/rec.h tools/rec/ui.c \
	tools/rec/info.c tools/rec/verify.c tools/rec/decode.c tools/rec/decode.h tools/rec/repair.c \
	tools/rec/manifests.c tools/rec/manifests.h \
	tools/rec/packets.c tools/rec/packets.h tools/rec/timing.c tools/rec/timing.h \
	tools/rec/stream.c tools/rec/stream.h tools/rec/text.c tools/rec/text.h \
	tools/rec/output.c tools/rec/output.h tools/rec/convert.c \
	tools/rec/mjr.c tools/rec/pcap.c tools/rec/pcap.h \
	tools/rec/compose.c tools/rec/layout.c tools/rec/layout.h tools/rec/timeline.c tools/rec/timeline.h \
	tools/rec/player.c tools/rec/player.h tools/rec/graph.c tools/rec/graph.h tools/rec/encode.c tools/rec/encode.h
cardea_rec_CPPFLAGS = $(AM_CPPFLAGS) $(AVFORMAT_CFLAGS) $(AVFILTER_CFLAGS)
cardea_rec_LDADD = $(RECMEDIA_LIBS) $(JANSSON_LIBS) $(GLIB_LIBS) $(AVFORMAT_LIBS) $(AVFILTER_LIBS) -lm

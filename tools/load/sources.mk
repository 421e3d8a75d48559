bin_PROGRAMS += cardea-load
cardea_load_SOURCES = tools/load/load.c tools/load/load.h tools/load/options.c tools/load/ws.c tools/load/client.c tools/load/idle.c tools/load/measure.c \
	tools/load/sdp.c tools/load/peer.c tools/load/media.c tools/load/arrive.c tools/load/data.c tools/load/feedback.c \
	tools/load/usage.c tools/load/report.c tools/load/page.c
cardea_load_LDADD = libgw.a $(CORE_LIBS) -lm

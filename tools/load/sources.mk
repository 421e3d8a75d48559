bin_PROGRAMS += cardea-load
cardea_load_SOURCES = tools/load/main.c tools/load/load.h tools/load/http.c tools/load/sdp.c tools/load/peer.c \
	tools/load/media.c tools/load/room.c tools/load/report.c
cardea_load_LDADD = libgw.a $(CORE_LIBS)

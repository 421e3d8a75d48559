# Pure parsers: a library of its own, so that tools and plugins that look into payloads link it without the gateway.
noinst_LIBRARIES += libgwrtp.a
libgwrtp_a_CFLAGS = $(CARDEA_CFLAGS) -fPIC
libgwrtp_a_SOURCES = core/rtp/codec.h core/rtp/facts.h core/rtp/bits.h core/rtp/h26x.h core/rtp/picture.h \
	core/rtp/rtp.c core/rtp/rtp.h \
	core/rtp/ext.c core/rtp/ext.h \
	core/rtp/payload.c core/rtp/payload.h \
	core/rtp/dd.c core/rtp/dd.h \
	core/rtp/vp8.c core/rtp/vp8.h \
	core/rtp/vp9.c core/rtp/vp9.h \
	core/rtp/h264.c core/rtp/h264.h \
	core/rtp/h265.c core/rtp/h265.h \
	core/rtp/av1.c core/rtp/av1.h \
	core/rtp/opus.c core/rtp/opus.h \
	core/rtp/red.c core/rtp/red.h \
	core/rtp/rtx.c core/rtp/rtx.h \
	core/rtp/vla.c core/rtp/vla.h

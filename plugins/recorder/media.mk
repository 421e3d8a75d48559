# What the recorder and cardea-rec share: pure files that know no gateway. Their headers include nothing of core/.
noinst_LIBRARIES += librecmedia.a
librecmedia_a_CPPFLAGS = -I$(srcdir)/core $(JANSSON_CFLAGS) $(GLIB_CFLAGS) $(AVFORMAT_CFLAGS) $(OPENSSL_CFLAGS)
librecmedia_a_CFLAGS = $(CARDEA_CFLAGS) -fPIC
librecmedia_a_SOURCES = plugins/recorder/depacketize/depacketize.h plugins/recorder/depacketize/inside.h \
	plugins/recorder/depacketize/depacketize.c plugins/recorder/depacketize/codec.c \
	plugins/recorder/depacketize/video.c plugins/recorder/depacketize/audio.c \
	plugins/recorder/depacketize/vp8.c plugins/recorder/depacketize/vp9.c plugins/recorder/depacketize/vp9_hide.c plugins/recorder/depacketize/vp9_hide.h \
	plugins/recorder/depacketize/annexb.c plugins/recorder/depacketize/h264.c plugins/recorder/depacketize/h265.c \
	plugins/recorder/depacketize/av1.c \
	plugins/recorder/mjr.c plugins/recorder/mjr.h \
	plugins/recorder/avparams.c plugins/recorder/avparams.h plugins/recorder/demux.c plugins/recorder/demux.h \
	plugins/recorder/turn.c plugins/recorder/turn.h plugins/recorder/repair.c plugins/recorder/repair.h plugins/recorder/manifest.c plugins/recorder/manifest.h \
	plugins/recorder/hash.c plugins/recorder/hash.h
# The plugin, the tool and the tests link these two, in this order; and Jansson, GLib and libavformat where they use them.
RECMEDIA_LIBS = librecmedia.a libgwrtp.a $(OPENSSL_LIBS)

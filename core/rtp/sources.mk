libgw_a_SOURCES += core/rtp/codec.h core/rtp/facts.h core/rtp/rtp.h core/rtp/ext.h core/rtp/payload.h core/rtp/dd.h \
	core/rtp/vp8.h core/rtp/vp9.h core/rtp/h264.h core/rtp/h265.h core/rtp/av1.h core/rtp/opus.h core/rtp/red.h \
	core/rtp/rtx.h

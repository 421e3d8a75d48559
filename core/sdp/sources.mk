libgw_a_SOURCES += \
	core/sdp/attr.c \
	core/sdp/fragment.c core/sdp/fragment.h \
	core/sdp/names.c core/sdp/names.h \
	core/sdp/parse.c \
	core/sdp/payload.c \
	core/sdp/sdp.h \
	core/sdp/stream.c \
	core/sdp/write.c

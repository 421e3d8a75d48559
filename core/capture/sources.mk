libgw_a_SOURCES += \
	core/capture/capture.c core/capture/capture.h \
	core/capture/format.c core/capture/format.h

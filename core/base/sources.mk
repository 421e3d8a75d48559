libgw_a_SOURCES += \
	core/base/count.h core/base/cursor.h \
	core/base/err.c core/base/err.h \
	core/base/ring.c core/base/ring.h \
	core/base/str.c core/base/str.h

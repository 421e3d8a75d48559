libgw_a_SOURCES += \
	core/log/levels.c \
	core/log/limit.c core/log/limit.h \
	core/log/line.c core/log/line.h \
	core/log/log.c core/log/log.h \
	core/log/recent.c core/log/recent.h \
	core/log/redact.c

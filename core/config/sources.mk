libgw_a_SOURCES += \
	core/config/config.c core/config/config.h core/config/inside.h \
	core/config/file.c \
	core/config/nearest.c \
	core/config/options.c core/config/options.h \
	core/config/text.c

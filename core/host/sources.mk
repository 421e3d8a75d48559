libgw_a_SOURCES += \
	core/host/args.c core/host/args.h \
	core/host/host.c core/host/host.h \
	core/host/module.c core/host/module.h \
	core/host/settings.c core/host/settings.h

libgw_a_SOURCES += \
	core/host/args.c core/host/args.h \
	core/host/calibrate.c core/host/calibrate.h \
	core/host/control.c core/host/control.h \
	core/host/event_handlers.c core/host/event_handlers.h \
	core/host/exported.c core/host/exported.h \
	core/host/host.c core/host/host.h \
	core/host/life.c core/host/life.h \
	core/host/module.c core/host/module.h \
	core/host/modules.c core/host/modules.h \
	core/host/notify.c core/host/notify.h \
	core/host/operator.c core/host/operator.h \
	core/host/plugin_host.c core/host/plugin_host.h \
	core/host/routes.c core/host/routes.h \
	core/host/settings.c core/host/settings.h \
	core/host/stats.c core/host/stats.h \
	core/host/transport_host.c core/host/transport_host.h \
	core/host/workers.c core/host/workers.h

libgw_a_SOURCES += \
	core/host/args.c core/host/args.h \
	core/host/calibrate.c core/host/calibrate.h \
	core/host/control.c core/host/control.h \
	core/host/event_handlers.c core/host/event_handlers.h \
	core/host/exported.c core/host/exported.h \
	core/host/frame.c core/host/frame.h \
	core/host/neighbour.c core/host/neighbour.h core/host/neighbour_place.c core/host/neighbour_transport.c \
	core/host/neighbour_side.h \
	core/host/takeover.c core/host/takeover.h \
	core/host/host.c core/host/host.h \
	core/host/environment.c core/host/environment.h \
	core/host/overload.c core/host/overload.h \
	core/host/parts.c core/host/parts.h \
	core/host/landlock.c core/host/landlock.h \
	core/host/life.c core/host/life.h \
	core/host/listeners.c core/host/listeners.h \
	core/host/module.c core/host/module.h \
	core/host/modules.c core/host/modules.h \
	core/host/crash.c core/host/crash.h \
	core/host/symbols.c core/host/symbols.h \
	core/host/envelope.c core/host/envelope.h \
	core/host/sentry.c core/host/sentry.h \
	core/host/daemon.c core/host/daemon.h \
	core/host/notify.c core/host/notify.h \
	core/host/place.c core/host/place.h \
	core/host/relays.c core/host/relays.h \
	core/host/operator.c core/host/operator.h \
	core/host/plugin_host.c core/host/plugin_host.h \
	core/host/routes.c core/host/routes.h \
	core/host/sandbox.c core/host/sandbox.h \
	core/host/seccomp.c core/host/seccomp.h \
	core/host/settings.c core/host/settings.h \
	core/host/stall.c core/host/stall.h \
	core/host/stats.c core/host/stats.h \
	core/host/transport_host.c core/host/transport_host.h \
	core/host/workers.c core/host/workers.h

# api: see docs/architecture.md
libgw_a_SOURCES += \
	core/api/api.c core/api/api.h core/api/inside.h \
	core/api/admin.c \
	core/api/admission.c \
	core/api/admin_tokens.c \
	core/api/auth.c \
	core/api/away.c \
	core/api/busy.c core/api/busy.h \
	core/api/captures.c \
	core/api/charge.c \
	core/api/check.c \
	core/api/client.c \
	core/api/elsewhere.c core/api/egress.c core/api/worst.c core/api/door.c \
	core/api/drain.c \
	core/api/errors.c core/api/errors.h \
	core/api/events.c core/api/events.h \
	core/api/exchange.c \
	core/api/guest.c \
	core/api/handle.c \
	core/api/handleinfo.c \
	core/api/info.c \
	core/api/jsep.c \
	core/api/json.c core/api/json.h \
	core/api/jwt.c core/api/jwt.h \
	core/api/lifetimes.c core/api/lifetimes.h \
	core/api/linklimits.c core/api/linklimits.h \
	core/api/listed.c core/api/listed.h \
	core/api/limits.c \
	core/api/lodger.c \
	core/api/longpoll.c \
	core/api/media.c \
	core/api/message.c \
	core/api/operation.c \
	core/api/outbox.c \
	core/api/params.c core/api/params.h \
	core/api/quota.c core/api/quota.h \
	core/api/request.c \
	core/api/routes.c \
	core/api/session.c \
	core/api/statistics.c \
	core/api/tickets.c core/api/tickets.h \
	core/api/tokens.c core/api/tokens.h \
	core/api/timing.c core/api/timing.h \
	core/api/trace.c core/api/trace.h \
	core/api/trickle.c \
	core/api/watch.c

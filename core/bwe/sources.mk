# bwe: bandwidth estimation
libgw_a_SOURCES += \
	core/bwe/acked.c core/bwe/acked.h \
	core/bwe/aimd.c core/bwe/aimd.h \
	core/bwe/arrival.c core/bwe/arrival.h \
	core/bwe/bwe.c core/bwe/bwe.h \
	core/bwe/fallback.c core/bwe/fallback.h \
	core/bwe/flight.c core/bwe/flight.h \
	core/bwe/loss.c core/bwe/loss.h \
	core/bwe/probe.c core/bwe/probe.h \
	core/bwe/queue.c core/bwe/queue.h \
	core/bwe/trend.c core/bwe/trend.h

# ice: see docs/architecture.md
libgw_a_SOURCES += \
	core/ice/address.c core/ice/address.h \
	core/ice/addresses.c core/ice/addresses.h \
	core/ice/agent.c \
	core/ice/candidate.c core/ice/candidate.h \
	core/ice/check.c \
	core/ice/egress.c core/ice/egress.h \
	core/ice/frame.c core/ice/frame.h \
	core/ice/full.c core/ice/full.h \
	core/ice/ice.h core/ice/inside.h core/ice/io.c \
	core/ice/lite.c core/ice/lite.h \
	core/ice/probe.c core/ice/probe.h \
	core/ice/relay.c core/ice/relay.h \
	core/ice/receive.c \
	core/ice/resolve.c \
	core/ice/sim.c \
	core/ice/socket.c core/ice/socket.h \
	core/ice/stun.c core/ice/stun.h \
	core/ice/table.c core/ice/table.h \
	core/ice/tell.c \
	core/ice/tcp.c core/ice/tcp.h

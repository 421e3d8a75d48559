# peer: see docs/architecture.md
# worker half: the engine
libgw_a_SOURCES += \
	core/peer/data.c \
	core/peer/demux.c \
	core/peer/describe.c \
	core/peer/engine.c core/peer/engine.h \
	core/peer/feedback.c \
	core/peer/messages.c core/peer/messages.h \
	core/peer/mirror.c \
	core/peer/peer.c \
	core/peer/reports.c \
	core/peer/state.h \
	core/peer/tracks.c

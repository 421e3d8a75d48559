# peer: see docs/architecture.md
# control half: the negotiation
libgw_a_SOURCES += \
	core/peer/answer.c \
	core/peer/codec.c \
	core/peer/fragment.c \
	core/peer/data_links.c \
	core/peer/graph.c \
	core/peer/inlet.c core/peer/inlet.h \
	core/peer/link.c core/peer/link.h \
	core/peer/link_state.h \
	core/peer/links.c \
	core/peer/offer.c \
	core/peer/offered.c \
	core/peer/outlet.c core/peer/outlet.h \
	core/peer/plan.c core/peer/plan.h \
	core/peer/plan_state.h \
	core/peer/trickle.c \
	core/peer/view.c core/peer/view.h \
	core/peer/write.c
# worker half: the engine
libgw_a_SOURCES += \
	core/peer/blob.c core/peer/blob.h \
	core/peer/budget.c \
	core/peer/data.c \
	core/peer/demand.c \
	core/peer/demux.c \
	core/peer/describe.c \
	core/peer/engine.c core/peer/engine.h \
	core/peer/feed.c \
	core/peer/explain.c \
	core/peer/feedback.c \
	core/peer/far.c \
	core/peer/forward.c core/peer/forward.h \
	core/peer/messages.c core/peer/messages.h \
	core/peer/listen.c \
	core/peer/mirror.c \
	core/peer/path.c \
	core/peer/peer.c \
	core/peer/reports.c \
	core/peer/state.h \
	core/peer/tracks.c

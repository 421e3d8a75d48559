# media: sources, sinks, and what lies between them
libgw_a_SOURCES += \
	core/media/burst.c core/media/burst.h \
	core/media/allocator.c core/media/allocator.h \
	core/media/batch.c core/media/batch.h \
	core/media/cache.c core/media/cache.h \
	core/media/counters.h \
	core/media/fanout.c \
	core/media/history.c core/media/history.h \
	core/media/keyframe.c core/media/keyframe.h \
	core/media/layers.c core/media/layers.h \
	core/media/levels.c core/media/levels.h \
	core/media/nack.c core/media/nack.h \
	core/media/pacer.c core/media/pacer.h \
	core/media/patience.c core/media/patience.h \
	core/media/probing.c core/media/probing.h \
	core/media/rates.c core/media/rates.h \
	core/media/reception.c core/media/reception.h \
	core/media/remb.c core/media/remb.h \
	core/media/resend.c \
	core/media/rewrite.c core/media/rewrite.h \
	core/media/sender.c core/media/sender.h \
	core/media/shedding.c core/media/shedding.h \
	core/media/shown.c core/media/shown.h \
	core/media/sink.c core/media/sink.h \
	core/media/start.c core/media/start.h \
	core/media/source.c core/media/source.h \
	core/media/sync.c core/media/sync.h \
	core/media/talk.c core/media/talk.h \
	core/media/write.c core/media/write.h

libgw_a_SOURCES += \
	core/loop/gather.c core/loop/gather.h \
	core/loop/loop.c core/loop/loop.h \
	core/loop/mailbox.c core/loop/mailbox.h \
	core/loop/packet.c core/loop/packet.h \
	core/loop/timer.c core/loop/timer.h \
	core/loop/worker.c core/loop/worker.h

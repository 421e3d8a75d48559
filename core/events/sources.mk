libgw_a_SOURCES += \
	core/events/deliverer.c core/events/events.h core/events/inside.h \
	core/events/webhook.c \
	core/events/websocket.c

# plain: see docs/architecture.md
libgw_a_SOURCES += \
	core/plain/plain.c core/plain/plain.h \
	core/plain/socket.c core/plain/socket.h

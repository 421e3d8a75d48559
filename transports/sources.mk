# One line a transport; its folder names its files. What several share is compiled into each.
transports_common = transports/common/acl.c transports/common/acl.h transports/common/certificate.c \
	transports/common/certificate.h transports/common/forwarded.c transports/common/forwarded.h \
	transports/common/layout.c transports/common/layout.h transports/common/manage.c transports/common/manage.h
include transports/http/sources.mk
include transports/websocket/sources.mk

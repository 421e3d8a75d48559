# sctp: see docs/architecture.md
libgw_a_SOURCES += core/sctp/sctp.c core/sctp/sctp.h core/sctp/assoc.c core/sctp/assoc.h core/sctp/channel.c \
	core/sctp/channel.h core/sctp/dcep.c core/sctp/dcep.h core/sctp/checksum.c core/sctp/checksum.h

# dtls: see docs/architecture.md
libgw_a_SOURCES += core/dtls/dtls.c core/dtls/dtls.h core/dtls/context.c core/dtls/context.h core/dtls/algorithms.c \
	core/dtls/algorithms.h core/dtls/cert.c core/dtls/cert.h core/dtls/link.c core/dtls/link.h core/dtls/fingerprint.c \
	core/dtls/fingerprint.h core/dtls/kept.c core/dtls/kept.h core/dtls/record.c core/dtls/record.h core/dtls/token.c

# srtp: see docs/architecture.md
libgw_a_SOURCES += core/srtp/srtp.c core/srtp/srtp.h core/srtp/profile.c core/srtp/profile.h \
	core/srtp/heard.c core/srtp/heard.h core/srtp/kdf.c core/srtp/kdf.h core/srtp/policy.c core/srtp/policy.h core/srtp/rtcp.c core/srtp/rtcp.h core/srtp/seal.c core/srtp/seal.h \
	core/srtp/gcm.c core/srtp/gcm.h core/srtp/gcm_ipsec_mb.c core/srtp/ipsec_mb.h core/srtp/seal_ipsec_mb.c core/srtp/seal_openssl.c core/srtp/seal_libsrtp.c

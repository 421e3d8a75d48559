# tests of core/srtp
check_PROGRAMS += tests/unit/srtp/test_gcm tests/unit/srtp/test_heard tests/unit/srtp/test_kdf tests/unit/srtp/test_seal tests/unit/srtp/test_srtp

# tests of core/sctp
check_PROGRAMS += tests/unit/sctp/test_dcep tests/unit/sctp/test_channel tests/unit/sctp/test_sctp \
	tests/unit/sctp/test_checksum

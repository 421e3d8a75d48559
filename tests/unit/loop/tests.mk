check_PROGRAMS += \
	tests/unit/loop/test_gather \
	tests/unit/loop/test_loop \
	tests/unit/loop/test_mailbox \
	tests/unit/loop/test_packet \
	tests/unit/loop/test_timer \
	tests/unit/loop/test_worker

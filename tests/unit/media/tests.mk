check_PROGRAMS += \
	tests/unit/media/test_burst \
	tests/unit/media/test_allocator \
	tests/unit/media/test_batch \
	tests/unit/media/test_cache \
	tests/unit/media/test_history \
	tests/unit/media/test_keyframe \
	tests/unit/media/test_layers \
	tests/unit/media/test_levels \
	tests/unit/media/test_nack \
	tests/unit/media/test_pacer \
	tests/unit/media/test_patience \
	tests/unit/media/test_rates \
	tests/unit/media/test_reception \
	tests/unit/media/test_remb \
	tests/unit/media/test_rewrite \
	tests/unit/media/test_shedding \
	tests/unit/media/test_shown \
	tests/unit/media/test_start \
	tests/unit/media/test_sync \
	tests/unit/media/test_talk \
	tests/unit/media/test_write

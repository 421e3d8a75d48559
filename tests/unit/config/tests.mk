check_PROGRAMS += \
	tests/unit/config/test_config \
	tests/unit/config/test_file \
	tests/unit/config/test_nearest \
	tests/unit/config/test_options \
	tests/unit/config/test_text

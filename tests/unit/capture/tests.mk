check_PROGRAMS += tests/unit/capture/test_format tests/unit/capture/test_capture
tests_unit_capture_test_format_SOURCES = tests/unit/capture/test_format.c
tests_unit_capture_test_capture_SOURCES = tests/unit/capture/test_capture.c

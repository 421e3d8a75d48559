check_PROGRAMS += tests/unit/log/test_log tests/unit/log/test_line tests/unit/log/test_scrub

check_PROGRAMS += tests/unit/log/test_log

check_PROGRAMS += tests/unit/bwe/test_bwe

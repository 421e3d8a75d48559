check_PROGRAMS += tests/unit/metrics/test_metrics

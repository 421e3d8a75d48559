# tests of core/events; how events really leave is looked at by tests/e2e
check_PROGRAMS += tests/unit/events/test_deliverer

# tests of core/web
check_PROGRAMS += tests/unit/web/test_web

# tests of plugins/loadreport's pure parts
check_PROGRAMS += tests/unit/loadreport/test_kernel tests/unit/loadreport/test_figure tests/unit/loadreport/test_history
tests_unit_loadreport_test_kernel_SOURCES = tests/unit/loadreport/test_kernel.c plugins/loadreport/kernel.c
tests_unit_loadreport_test_kernel_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/plugins/loadreport
tests_unit_loadreport_test_figure_SOURCES = tests/unit/loadreport/test_figure.c plugins/loadreport/figure.c
tests_unit_loadreport_test_figure_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/plugins/loadreport
tests_unit_loadreport_test_history_SOURCES = tests/unit/loadreport/test_history.c plugins/loadreport/history.c \
	plugins/loadreport/figure.c
tests_unit_loadreport_test_history_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/plugins/loadreport

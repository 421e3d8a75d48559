libgw_a_SOURCES += core/metrics/metrics.c core/metrics/metrics.h

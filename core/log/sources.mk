libgw_a_SOURCES += core/log/log.c core/log/log.h

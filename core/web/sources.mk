libgw_a_SOURCES += core/web/web.c core/web/web.h

# bwe: bandwidth estimation
libgw_a_SOURCES += core/bwe/bwe.c core/bwe/bwe.h

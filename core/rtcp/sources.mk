libgw_a_SOURCES += core/rtcp/rtcp.h core/rtcp/twcc.h core/rtcp/stats.h

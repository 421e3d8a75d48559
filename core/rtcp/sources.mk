libgw_a_SOURCES += \
	core/rtcp/rtcp.c core/rtcp/feedback.c core/rtcp/write.c core/rtcp/rtcp.h \
	core/rtcp/twcc.c core/rtcp/twcc.h \
	core/rtcp/stats.c core/rtcp/stats.h

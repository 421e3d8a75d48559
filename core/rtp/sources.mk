libgw_a_SOURCES += core/rtp/codec.h core/rtp/facts.h

# tests of core/rtcp

# tests of core/rtp

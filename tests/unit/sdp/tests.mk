# tests of core/sdp

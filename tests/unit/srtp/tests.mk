# tests of core/srtp

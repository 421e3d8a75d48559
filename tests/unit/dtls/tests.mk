# tests of core/dtls

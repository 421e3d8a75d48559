# tests of core/sctp

# tests of core/peer

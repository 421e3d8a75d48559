# tests of core/host

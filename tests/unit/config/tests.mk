# tests of core/config

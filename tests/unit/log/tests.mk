# tests of core/log

# tests of core/api

# tests of core/ice

# tests of core/bwe

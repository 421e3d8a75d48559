# tests of core/metrics

# tests of core/loop

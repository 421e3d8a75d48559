# Run by ./check, with the gateway of a build folder; not by make check.
EXTRA_DIST += $(wildcard $(srcdir)/tests/e2e/*.mjs) $(wildcard $(srcdir)/tests/e2e/*.json) \
	$(wildcard $(srcdir)/tests/e2e/*.html) tests/e2e/lib tests/e2e/native tests/e2e/run tests/e2e/tsan.supp tests/e2e/.npmrc

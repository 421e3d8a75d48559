# The sample files are made by the gateway itself: `make samples` writes them, a test compares them.
EXTRA_DIST += conf/samples conf/examples conf/deploy $(samples)
samples = $(wildcard $(srcdir)/conf/*.jcfg)

.PHONY: samples
samples: all
	CARDEA_BUILD=$(abs_builddir) CARDEA_SOURCE=$(abs_srcdir) $(srcdir)/conf/samples write

# A file that an operator has changed is left alone.
install-samples:
	$(MKDIR_P) "$(DESTDIR)$(confdir)"
	for f in $(srcdir)/conf/*.jcfg; do \
	  test -f "$(DESTDIR)$(confdir)/$${f##*/}" || $(INSTALL_DATA) "$$f" "$(DESTDIR)$(confdir)" || exit 1; \
	done
uninstall-samples:
	for f in $(srcdir)/conf/*.jcfg; do \
	  cmp -s "$$f" "$(DESTDIR)$(confdir)/$${f##*/}" && rm -f "$(DESTDIR)$(confdir)/$${f##*/}"; \
	done; true
install-data-local: install-samples
uninstall-local: uninstall-samples

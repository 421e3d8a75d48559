# Modules that misbehave, and a test that loads them. They are built for it, but are no tests themselves.
abi_modules = \
	tests/abi/wrong_major.so \
	tests/abi/short_table.so \
	tests/abi/no_symbol.so \
	tests/abi/no_verbs.so \
	tests/abi/refuses.so \
	tests/abi/same_name.so \
	tests/abi/unresolved.so \
	tests/abi/older.so \
	tests/abi/clumsy.so
EXTRA_PROGRAMS += $(abi_modules)
CLEANFILES += $(abi_modules)
tests_abi_wrong_major_so_SOURCES = tests/abi/refused.c
tests_abi_wrong_major_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DVARIANT=1
tests_abi_wrong_major_so_CFLAGS = $(PLUGIN_CFLAGS)
tests_abi_wrong_major_so_LDFLAGS = $(PLUGIN_LDFLAGS)
tests_abi_wrong_major_so_LDADD = $(JANSSON_LIBS)
tests_abi_short_table_so_SOURCES = tests/abi/refused.c
tests_abi_short_table_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DVARIANT=2
tests_abi_short_table_so_CFLAGS = $(PLUGIN_CFLAGS)
tests_abi_short_table_so_LDFLAGS = $(PLUGIN_LDFLAGS)
tests_abi_short_table_so_LDADD = $(JANSSON_LIBS)
tests_abi_no_symbol_so_SOURCES = tests/abi/refused.c
tests_abi_no_symbol_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DVARIANT=3
tests_abi_no_symbol_so_CFLAGS = $(PLUGIN_CFLAGS)
tests_abi_no_symbol_so_LDFLAGS = $(PLUGIN_LDFLAGS)
tests_abi_no_symbol_so_LDADD = $(JANSSON_LIBS)
tests_abi_no_verbs_so_SOURCES = tests/abi/refused.c
tests_abi_no_verbs_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DVARIANT=4
tests_abi_no_verbs_so_CFLAGS = $(PLUGIN_CFLAGS)
tests_abi_no_verbs_so_LDFLAGS = $(PLUGIN_LDFLAGS)
tests_abi_no_verbs_so_LDADD = $(JANSSON_LIBS)
tests_abi_refuses_so_SOURCES = tests/abi/refused.c
tests_abi_refuses_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DVARIANT=5
tests_abi_refuses_so_CFLAGS = $(PLUGIN_CFLAGS)
tests_abi_refuses_so_LDFLAGS = $(PLUGIN_LDFLAGS)
tests_abi_refuses_so_LDADD = $(JANSSON_LIBS)
tests_abi_same_name_so_SOURCES = tests/abi/refused.c
tests_abi_same_name_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DVARIANT=6
tests_abi_same_name_so_CFLAGS = $(PLUGIN_CFLAGS)
tests_abi_same_name_so_LDFLAGS = $(PLUGIN_LDFLAGS)
tests_abi_same_name_so_LDADD = $(JANSSON_LIBS)
tests_abi_unresolved_so_SOURCES = tests/abi/refused.c
tests_abi_unresolved_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DVARIANT=7
tests_abi_unresolved_so_CFLAGS = $(PLUGIN_CFLAGS)
tests_abi_unresolved_so_LDFLAGS = $(PLUGIN_LDFLAGS)
tests_abi_unresolved_so_LDADD = $(JANSSON_LIBS)
tests_abi_older_so_SOURCES = tests/abi/older.c
tests_abi_older_so_CPPFLAGS = $(PLUGIN_CPPFLAGS)
tests_abi_older_so_CFLAGS = $(PLUGIN_CFLAGS)
tests_abi_older_so_LDFLAGS = $(PLUGIN_LDFLAGS)
tests_abi_older_so_LDADD = $(JANSSON_LIBS)
tests_abi_clumsy_so_SOURCES = tests/abi/clumsy.c
tests_abi_clumsy_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) -D_GNU_SOURCE
tests_abi_clumsy_so_CFLAGS = $(PLUGIN_CFLAGS)
tests_abi_clumsy_so_LDFLAGS = $(PLUGIN_LDFLAGS)
tests_abi_clumsy_so_LDADD = $(JANSSON_LIBS)

check_PROGRAMS += tests/abi/test_modules
tests_abi_test_modules_SOURCES = tests/abi/test_modules.c $(world)
EXTRA_tests_abi_test_modules_DEPENDENCIES = $(abi_modules)

# rootfi: the RootFi unified API in SQL
#
# make, make install	build and install the extension: here, or in an empty directory
#			by make -f PATH/Makefile
# make debug		build it for a debugger: not optimized, with symbols, until make clean
# make psql		psql on a throw-away server with the extension and a sandbox
# make print-NAME	what a variable of this file is, as in make print-OBJS
# make lint		see that the sources keep the house's rules: test/lint
# make installcheck	run the tests against the installed extension and a
#			running server (PGHOST and so on)
# make results		what the latest installcheck has found to differ
# make fuzz		feed the sources what nobody would send, for FUZZ_TIME
#			seconds (20); needs clang
# make fuzz-pages	run FUZZ_PAGES (100000) mutated pages through lists, rows and
#			copies, against a running server, as installcheck
# make demo, make test	all in one: install what is missing, build, start a
#			throw-away server, run, clean up; KEEP=1 keeps it
# make check-assert	the tests with a PostgreSQL 15 that checks its assertions: built
#			of Debian's sources first, kept in ASSERT_PREFIX
# make check-valgrind	some of them with servers under valgrind, likewise:
#			VALGRIND_PREFIX
# make bench		likewise, the benchmark; its settings are in test/bin/bench

# The directory of this file, where the sources are: "." or another. What is
# built goes into the current one. VPATH may name it too, but is not heeded: what
# was built among the sources must not be taken for what is to be built here.
TOP := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
ifeq ($(realpath $(TOP)),$(CURDIR))
override TOP := .
endif
override VPATH :=

EXTENSION = rootfi
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(TOP)/rootfi.control)

MODULE_big = rootfi
SOURCES = $(patsubst $(TOP)/%,%,$(sort $(wildcard $(TOP)/src/*.c $(TOP)/src/*/*.c)))
HEADER_FILES = $(wildcard $(TOP)/src/*.h $(TOP)/src/*/*.h)
OBJS = $(SOURCES:.c=.o)

# The install script is made of these, in this order.
MODULES_SQL = connection calls ecommerce payments core sync reports version
INSTALL_SQL = sql/rootfi--$(EXTVERSION).sql
DATA = $(patsubst $(TOP)/%,%,$(wildcard $(TOP)/sql/upgrade/rootfi--*--*.sql))
DATA_built = $(INSTALL_SQL)

# One encoding and sort order, whatever the server's own; a fresh sandbox for
# each file.
REGRESS = $(patsubst $(TOP)/test/sql/%.sql,%,$(sort $(wildcard $(TOP)/test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --encoding=UTF8 --no-locale \
	--launcher=./test/bin/with-sandbox

# What several sessions do at the same time, step by step.
ISOLATION = $(patsubst $(TOP)/test/specs/%.spec,%,$(sort $(wildcard $(TOP)/test/specs/*.spec)))
ISOLATION_OPTS = $(REGRESS_OPTS) --outputdir=.

TAP_TESTS = 1
PROVE_TESTS = test/t/*.pl

PG_CONFIG ?= pg_config
PKG_CONFIG ?= pkg-config

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: sandbox clean-sandbox demo psql test lint check-assert check-valgrind bench fuzz fuzz-pages clean-fuzz \
	reference debug results

# These need no PostgreSQL: most install it themselves.
PLAIN_GOALS = sandbox clean-sandbox demo psql test lint check-assert check-valgrind bench fuzz clean-fuzz results

sandbox:
	$(MAKE) -C $(TOP)/test/sandbox

clean-sandbox:
	$(MAKE) -C $(TOP)/test/sandbox clean

demo:
	@$(TOP)/test/bin/demo

test:
	@$(TOP)/test/bin/test

psql lint check-assert check-valgrind bench:
	@$(TOP)/test/bin/$@

fuzz:
	$(TOP)/test/bin/packages fuzz
	$(TOP)/test/fuzz/run

# the files of pg_regress stay until its next run
results:
	@cd $(TOP); files=$$(ls regression.diffs output_iso/regression.diffs 2> /dev/null); \
	if [ -n "$$files" ]; then cat $$files; \
	else echo "The latest installcheck has found no difference."; fi

clean-fuzz:
	$(MAKE) -C $(TOP)/test/fuzz clean

ifneq ($(filter-out $(PLAIN_GOALS),$(or $(MAKECMDGOALS),all)),)

PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifeq ($(wildcard $(PGXS)),)
$(error PostgreSQL's extension build files are missing: install \
	postgresql-server-dev-15 or later, or set PG_CONFIG)
endif

ifneq ($(filter-out $(PLAIN_GOALS) clean distclean,$(or $(MAKECMDGOALS),all)),)
ifneq ($(shell $(PKG_CONFIG) --atleast-version=7.83 libcurl 2>/dev/null && echo found),found)
$(error libcurl 7.83 or later is missing: install libcurl4-openssl-dev and \
	pkg-config)
endif
endif

PG_CPPFLAGS = -I$(TOP)/src -DROOTFI_VERSION=\"$(EXTVERSION)\" \
	$(shell $(PKG_CONFIG) --cflags libcurl 2>/dev/null)
SHLIB_LINK = $(shell $(PKG_CONFIG) --libs libcurl 2>/dev/null)

# Bitcode would only let JIT inline functions that wait for a network, and it
# asks for the very clang that PostgreSQL was built with.
override with_llvm = no

include $(PGXS)

# PostgreSQL's flags are those of its own compiler, mostly gcc; clang tells of
# each, and of each attribute of its headers, that it does not know.
ifneq ($(findstring clang,$(shell $(CC) --version 2>/dev/null)),)
override CFLAGS += -Wno-unknown-warning-option -Wno-ignored-optimization-argument \
	-Wno-ignored-attributes
endif

# after PGXS, which resets it
override PROVE_FLAGS += -I test/perl

ifneq ($(TOP),.)
vpath %.c $(TOP)
vpath %.control $(TOP)
endif

$(OBJS): $(HEADER_FILES) $(TOP)/rootfi.control | $(sort $(dir $(OBJS)))

$(INSTALL_SQL): $(TOP)/sql/expand.awk $(MODULES_SQL:%=$(TOP)/sql/install/%.sql) $(TOP)/rootfi.control | sql/
	awk -f $< $(filter %.sql,$^) > $@

sql/ $(sort $(dir $(OBJS))):
	@mkdir -p $@

# Objects do not tell how they were compiled, so there must be none.
debug:
	$(MAKE) clean-lib
	rm -f $(OBJS)
	$(MAKE) DEBUG=1 all
ifdef DEBUG
# PostgreSQL may have been built with what only optimized code can have
override CPPFLAGS += -U_FORTIFY_SOURCE
override CFLAGS += -O0 -g3
endif

# A variable, however it came to be.
print-%:
	@echo '$* = $($*)'

# The reference ends with what the catalog and the comments say. This needs a
# running server with the extension installed, as installcheck does.
reference: doc/reference.head.md doc/reference.sql
	createdb rootfi_reference
	psql -Xq -d rootfi_reference -c 'CREATE EXTENSION rootfi'
	(cat doc/reference.head.md; psql -Xq -d rootfi_reference -f doc/reference.sql) > doc/reference.md
	dropdb rootfi_reference

fuzz-pages:
	FUZZ_PAGES=$${FUZZ_PAGES:-100000} test/fuzz/pages

# The environment may name the server, but not change what the tests see.
unexport PGAPPNAME PGCLIENTENCODING PGDATABASE PGDATESTYLE PGGEQO PGOPTIONS PGTZ
installcheck: export LANG = C.UTF-8
installcheck: export LC_COLLATE = C.UTF-8
installcheck: export LC_CTYPE = C.UTF-8

ifeq ($(TOP),.)
installcheck: sandbox

clean: clean-sandbox clean-fuzz
else
# pg_regress and the tests have their files below the current directory
ifneq ($(filter installcheck reference fuzz-pages,$(MAKECMDGOALS)),)
$(error $(filter installcheck reference fuzz-pages,$(MAKECMDGOALS)) must be run in $(TOP))
endif
endif

endif

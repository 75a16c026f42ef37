# rootfi: the RootFi unified API in SQL
#
# make, make install	build and install the extension
# make installcheck	run the tests against the installed extension and a
#			running server (PGHOST and so on)
# make fuzz		feed the sources what nobody would send, for FUZZ_TIME
#			seconds (20); needs clang
# make fuzz-pages	run FUZZ_PAGES (100000) mutated pages through lists, rows and
#			copies, against a running server, as installcheck
# make demo, make test	all in one: install what is missing, build, start a
#			throw-away server, run, clean up; KEEP=1 keeps it
# make check-assert	the tests with a PostgreSQL 15 that checks its assertions: built
#			of Debian's sources first, kept in ASSERT_PREFIX
# make bench		likewise, the benchmark; its settings are in test/bin/bench

EXTENSION = rootfi
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" rootfi.control)

MODULE_big = rootfi
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))

# The install script is made of these, in this order.
MODULES_SQL = connection calls ecommerce payments core sync reports
INSTALL_SQL = sql/rootfi--$(EXTVERSION).sql
DATA = $(wildcard sql/upgrade/rootfi--*--*.sql)
DATA_built = $(INSTALL_SQL)

# One encoding and sort order, whatever the server's own; a fresh sandbox for
# each file.
REGRESS = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --encoding=UTF8 --no-locale \
	--launcher=./test/bin/with-sandbox

# What several sessions do at the same time, step by step.
ISOLATION = $(patsubst test/specs/%.spec,%,$(sort $(wildcard test/specs/*.spec)))
ISOLATION_OPTS = $(REGRESS_OPTS) --outputdir=.

TAP_TESTS = 1
PROVE_TESTS = test/t/*.pl

PG_CONFIG ?= pg_config
PKG_CONFIG ?= pkg-config

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: sandbox clean-sandbox demo test check-assert bench fuzz fuzz-pages clean-fuzz reference

# These need no PostgreSQL: demo, test, check-assert, bench and fuzz install it
# themselves.
sandbox:
	$(MAKE) -C test/sandbox

clean-sandbox:
	$(MAKE) -C test/sandbox clean

demo:
	test/bin/demo

test:
	test/bin/test

check-assert:
	test/bin/check-assert

bench:
	test/bin/bench

fuzz:
	test/bin/packages fuzz
	test/fuzz/run

clean-fuzz:
	$(MAKE) -C test/fuzz clean

ifeq ($(wildcard src/rootfi.c),)
$(error there are no sources here: run make in the directory of the Makefile, \
	or "make -C" that directory; VPATH is not supported)
endif

ifneq ($(filter-out sandbox clean-sandbox demo test check-assert bench fuzz clean-fuzz,$(or $(MAKECMDGOALS),all)),)

PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifeq ($(wildcard $(PGXS)),)
$(error PostgreSQL's extension build files are missing: install \
	postgresql-server-dev-15 or later, or set PG_CONFIG)
endif

ifneq ($(filter-out sandbox clean-sandbox demo test check-assert bench fuzz clean-fuzz clean distclean,$(or $(MAKECMDGOALS),all)),)
ifneq ($(shell $(PKG_CONFIG) --atleast-version=7.83 libcurl 2>/dev/null && echo found),found)
$(error libcurl 7.83 or later is missing: install libcurl4-openssl-dev and \
	pkg-config)
endif
endif

PG_CPPFLAGS = -Isrc -DROOTFI_VERSION=\"$(EXTVERSION)\" \
	$(shell $(PKG_CONFIG) --cflags libcurl 2>/dev/null)
SHLIB_LINK = $(shell $(PKG_CONFIG) --libs libcurl 2>/dev/null)

# Bitcode would only let JIT inline functions that wait for a network, and it
# asks for the very clang that PostgreSQL was built with.
override with_llvm = no

include $(PGXS)

# after PGXS, which resets it
override PROVE_FLAGS += -I test/perl

$(OBJS): $(wildcard src/*.h src/*/*.h) rootfi.control

$(INSTALL_SQL): sql/expand.awk $(MODULES_SQL:%=sql/install/%.sql) rootfi.control
	awk -f $< $(filter %.sql,$^) > $@

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

installcheck: sandbox

clean: clean-sandbox clean-fuzz

endif

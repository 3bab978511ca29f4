# make run      set everything up and serve        make check   every test
# make          build the program                  make help    the rest

CC       ?= cc
BUILD    ?= build
PREFIX   ?= /usr/local
PKGS     := libmicrohttpd libpq jansson uuid libcurl libsodium liboath zlib libzstd
# json_object_getn, CURLOPT_PROTOCOLS_STR; http/ is built on what this libmicrohttpd does; the others as they were tried.
VERSIONS := "libmicrohttpd >= 0.9.75" "libpq >= 15" "jansson >= 2.14" uuid "libcurl >= 7.85.0" \
            "libsodium >= 1.0.18" "liboath >= 2.6.7" "zlib >= 1.2.11" "libzstd >= 1.5.4"
CPPFLAGS += -Iserver -I$(B)/gen -D_GNU_SOURCE
CFLAGS   += -std=gnu17 -O2 -g -MMD -MP -pthread
CFLAGS   += -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wvla -Wundef -Wwrite-strings -Wformat=2 -Wswitch-enum
# The same program whatever the folder in which it is built.
CFLAGS   += '-ffile-prefix-map=$(CURDIR)=.'
LDLIBS   += $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm -pthread
PKGFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
ifneq ($(SAN)$(CI),)
CPPFLAGS += -DSTRICT_LOCKS
endif
# With sanitizers -O1 and lines alone make the same tests pass in the same time, and halve the time to build them.
ifdef SAN
CFLAGS   += -O1 -g1
CFLAGS   += -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=undefined -fPIE
LDFLAGS  += -fsanitize=$(SAN) -pie
else ifdef COVERAGE
CFLAGS   += --coverage -fprofile-update=atomic
LDFLAGS  += --coverage
else
CFLAGS   += -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection \
            -fcf-protection=full -ftrivial-auto-var-init=zero -fPIE
LDFLAGS  += -pie -Wl,-z,relro,-z,now
ifdef CI
CFLAGS   += -Werror
endif
endif
comma    := ,
B        := $(BUILD)$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))

SQL      := $(sort $(wildcard server/*/*.sql))
MIGRATIONS := $(sort $(wildcard db/migrations/*.sql))
ROOMS    := $(filter-out server/cli/%,$(wildcard server/*/*.c server/*/*/*.c))
CLI      := server/main.c $(wildcard server/cli/*.c)
GEN      := $(B)/gen/db/statements.gen.h
LIB      := $(ROOMS:%.c=$(B)/%.o) $(B)/gen/statements.o $(B)/gen/migrations.o
FILE_CLI := server/cli/cohort_report.c server/cli/crowd_files.c server/cli/infer.c server/cli/replay.c
UNIT     := $(wildcard tests/unit/*.c tests/support/*.c)
HTTP     := $(wildcard tests/http/*.c)

# The scripts are called directly, without a shell between, so that a signal to make reaches them.
export TOUCHSTONE_BUILD := $(B)

all: $(B)/touchstone  ## build the program

$(B)/touchstone: $(CLI:%.c=$(B)/%.o) $(LIB)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(B)/unit-tests: $(UNIT:%.c=$(B)/%.o) $(FILE_CLI:%.c=$(B)/%.o) $(LIB)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) $(shell pkg-config --libs check) -o $@

$(B)/%.o: %.c $(GEN) | versions
	@mkdir -p $(@D)
	@echo "  cc    $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) $(PKGFLAGS) -c $< -o $@

$(B)/gen/%.o: $(B)/gen/%.gen.c | versions
	@$(CC) $(CPPFLAGS) $(CFLAGS) $(PKGFLAGS) -c $< -o $@

$(B)/gen/statements.gen.c: $(SQL) scripts/embed-sql $(GEN)
	@mkdir -p $(@D)
	@scripts/embed-sql source $(SQL) > $@

$(B)/gen/migrations.gen.c: db/grants.sql $(MIGRATIONS) scripts/embed-migrations
	@mkdir -p $(@D)
	@scripts/embed-migrations db/grants.sql $(MIGRATIONS) > $@

$(GEN): $(SQL) scripts/embed-sql
	@mkdir -p $(@D)
	@scripts/embed-sql header $(SQL) > $@

$(B)/http-tests: $(HTTP:%.c=$(B)/%.o) $(LIB)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) $(shell pkg-config --libs check) -o $@

# Says which library is missing or too old, instead of the compiler's words for what follows from it.
versions:
	@pkg-config --print-errors --exists $(VERSIONS) || { \
		echo "A library is missing or too old; scripts/install-needs build installs Debian's." >&2; exit 1; }

run:  ## set everything up and serve; DEMO=0 leaves the demo corpus out
	@scripts/run

check:  ## run every test, or ONLY="unit e2e", or with PARTITIONED=1; the last line says N passed, N failed
	@scripts/check $(ONLY)

objects:  ## the tests of media in an object service again, against a full server: Debian's radosgw on a private Ceph
	@scripts/install-needs check objects
	@scripts/object-service scripts/check e2e_objects e2e_stores

unit: $(B)/unit-tests  ## run the unit tests alone
	$<

lint:  ## layers, format, clang-tidy, headers alone, shellcheck, JavaScript
	@scripts/lint

install: $(B)/touchstone  ## install the program, its pages and a systemd unit below PREFIX
	install -D -m 755 $< $(DESTDIR)$(PREFIX)/bin/touchstone
	mkdir -p $(DESTDIR)$(PREFIX)/share/touchstone
	cp -R static docs/operations.md db/partitioned.sql db/grants.sql $(DESTDIR)$(PREFIX)/share/touchstone
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	install -m 644 scripts/touchstone.service scripts/touchstone-migrate.service \
	    $(DESTDIR)$(PREFIX)/lib/systemd/system

screenshot:  ## take the README's picture anew, of the demo corpus that make run makes
	@rm -f $(B)/screenshots/judge.png
	@scripts/check browser_picture
	@cp $(B)/screenshots/judge.png docs/screenshots/judge.png

coverage:  ## how much of server/ the tests reach
	@scripts/coverage

-include server/crowd/crowd.mk
-include tests/load/load.mk
-include tests/fuzz/fuzz.mk
-include tests/attack/attack.mk

# For scripts/lint: what the compiler must know to read a file.
generated: $(GEN)
print-flags:
	@echo -std=gnu17 $(CPPFLAGS) $(PKGFLAGS)

clean:  ## remove what was built
	rm -rf $(BUILD)

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 24

.PHONY: all versions run check objects unit lint install screenshot coverage generated print-flags clean help
.DELETE_ON_ERROR:
-include $(shell find $(B) -name '*.d' 2>/dev/null)

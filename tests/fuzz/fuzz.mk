# Fuzzing of what reads strangers' bytes, guided by what they reach (libFuzzer, so by clang), under the sanitizers. The
# Makefile includes this file. A target is a file fuzz_NAME.c, whose first inputs lie in seeds/NAME; it needs no database.

FUZZ         := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 60
FUZZ_SAN     := fuzzer-no-link,address,undefined

$(B)/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(LIB)
	@$(CC) $(LDFLAGS) -fsanitize=fuzzer $^ $(LDLIBS) -o $@

# The programs, once the make below has told what to build with.
fuzz-programs: $(FUZZ:%=$(B)/fuzz_%)

fuzz:  ## damage what strangers send for FUZZ_SECONDS (60) each; FUZZ="head json" for some
	@scripts/install-needs build fuzz
	@$(MAKE) -s -j$$(nproc) CC=clang SAN=$(FUZZ_SAN) FUZZ="$(FUZZ)" fuzz-programs
	@scripts/fuzz $(BUILD)/san-$(subst $(comma),-,$(FUZZ_SAN)) $(FUZZ_SECONDS) $(FUZZ)

fuzz-media:  ## import FUZZ_MEDIA (20000) damaged pictures, films and sounds; FUZZ_MEDIA_SEED (1) says which
	@FUZZ_MEDIA=$(or $(FUZZ_MEDIA),20000) CHECK_SECONDS=86400 scripts/check fuzz_media

check-long: check  ## every test in its long form, which takes an hour: fuzzing, injected faults, kills under load, floods, a full object service
	@LONG=1 $(MAKE) -s lint
	@LONG=1 CHECK_SECONDS=3600 scripts/check faults_inject check_build e2e_ways_in e2e_provenance e2e_objects
	@$(MAKE) -s fuzz
	@$(MAKE) -s fuzz-media
	@$(MAKE) -s faults
	@$(MAKE) -s flood
	@$(MAKE) -s objects
	@$(MAKE) -s examples

.PHONY: fuzz fuzz-media fuzz-programs check-long

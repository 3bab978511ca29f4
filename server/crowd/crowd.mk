# Benchmarks of the science. The Makefile includes this file.

CROWD      := $(patsubst %.c,$(B)/%.o,$(wildcard server/crowd/*.c)) $(B)/server/core/random.o \
              $(B)/server/core/error.o $(B)/server/core/keyset.o $(B)/server/core/mem.o \
              $(B)/server/core/utf8.o
CROWD_DATA ?= ../shared/data/crowd

$(B)/crowd-generate $(B)/crowd-collusion $(B)/crowd-pair_sampler $(B)/crowd-pairs $(B)/crowd-deciding: $(B)/crowd-%: $(B)/tests/load/crowd_%.o $(CROWD)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

bench-crowd: $(B)/touchstone $(B)/crowd-generate $(B)/crowd-collusion $(B)/crowd-pairs  ## how good and how fast labels are inferred
	@tests/load/crowd-bench $(B) $(CROWD_DATA) | tee $(B)/bench.md
	@tests/load/crowd-insert docs/method.md bench $(B)/bench.md

$(B)/crowd-reference: $(B)/tests/load/crowd_reference.o $(B)/tests/support/reference_bcc.o \
                      $(B)/server/cli/crowd_files.o $(LIB)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

crowd-table: $(B)/touchstone $(B)/crowd-reference  ## every method on every set of judgments, as a table and plots for docs/method.md
	@tests/load/crowd-table $(B) $(CROWD_DATA)

$(B)/crowd-kinds: $(B)/tests/load/crowd_kinds.o $(B)/tests/support/made_up_crowds.o \
                  $(B)/tests/support/reference_bcc.o $(CROWD)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

crowd-kinds: $(B)/crowd-kinds  ## every method on made-up crowds, as a table for docs/method.md; with SEEDS or KIND: only shown
	@$< $(or $(SEEDS),20) $(KIND) | tee $(B)/kinds.md
	@[ -n "$(SEEDS)$(KIND)" ] || tests/load/crowd-insert docs/method.md kinds $(B)/kinds.md

$(B)/crowd-alarms: $(B)/tests/load/crowd_alarms.o $(B)/tests/support/made_up_campaigns.o $(CROWD)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

crowd-alarms: $(B)/crowd-alarms  ## how often honest campaigns raise alarms, and what attacks do; SEEDS (200) of each
	@$< $(or $(SEEDS),200)

bench-choose: $(B)/crowd-pair_sampler  ## what it costs to choose a pair from a thousand to a million items
	@$<

crowd-deciding: $(B)/crowd-deciding  ## what the rules of who may decide cost honest crowds; SEEDS (10) of each
	@$< $(or $(SEEDS),10)

.PHONY: bench-crowd bench-choose crowd-alarms crowd-deciding crowd-kinds crowd-table

# The load: what is measured against what, and what must hold under it. The Makefile includes this
# file.

BENCH_CLIENT  := bench_client bench_base bench_options bench_work bench_load bench_player \
                 bench_pace bench_tally bench_link bench_histogram bench_requests
BENCH_PROGRAMS := $(B)/bench-client $(B)/bench-tokens $(B)/bench-bare $(B)/bench-pure $(B)/bench-sandbox \
                  $(B)/write-parquet

$(B)/bench-client: $(BENCH_CLIENT:%=$(B)/tests/load/%.o)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ -o $@

$(B)/bench-tokens: $(B)/tests/load/bench_tokens.o $(B)/tests/load/bench_requests.o $(LIB)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(B)/bench-bare: $(B)/tests/load/bench_bare.o
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(B)/bench-pure: $(B)/tests/load/bench_pure.o $(B)/tests/load/bench_requests.o $(LIB)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

# Its helpers run in the sandbox or bare: a stand-in for program_run() decides.
$(B)/bench-sandbox: $(B)/tests/load/bench_sandbox.o $(LIB)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) -Wl,--wrap=program_run $^ $(LDLIBS) -o $@

# What a test describes, as a file for other programs to read.
$(B)/write-parquet: $(B)/tests/load/write_parquet.o $(LIB)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(B)/bench-parquet: $(B)/tests/load/bench_parquet.o $(LIB)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(B)/bench-duplicates: $(B)/tests/load/bench_duplicates.o $(LIB)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(B)/bench-fingerprints: $(B)/tests/load/bench_fingerprints.o $(LIB)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(B)/bench-sounds: $(B)/tests/load/bench_sounds.o $(LIB)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(B)/archive-large: $(B)/tests/load/archive_large.o $(LIB)
	@echo "  link  $@"
	@$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

archives: $(B)/archive-large  ## archives of 20 GB, members over 4 GiB, opened by tar, bsdtar, unzip, 7z and Python
	@tests/load/archives $<

MEDIA_DATA ?= ../shared/data/media

bench-duplicates: $(B)/bench-duplicates $(B)/bench-fingerprints $(B)/bench-sounds  ## finding near duplicates among 10,000,000 hashes: time, memory, what is missed
	@$<
	@rm -rf $(B)/bench-media
	@if [ -d $(MEDIA_DATA) ]; then find $(MEDIA_DATA) -type f ! -name '*.csv' ! -name '*.md' ! -name '*.json' | sort | \
	    xargs $(B)/bench-fingerprints $(CURDIR)/$(B)/bench-media; else echo "$(MEDIA_DATA) is not there: left out"; fi
	@rm -rf $(B)/bench-media $(B)/bench-variants
	@if [ -d $(MEDIA_DATA) ]; then tests/load/make-sound-variants $(B)/bench-variants $(MEDIA_DATA)/*/audio/* && \
	    $(B)/bench-sounds $(CURDIR)/$(B)/bench-media $(B)/bench-variants/*; fi
	@rm -rf $(B)/bench-media $(B)/bench-variants

bench-programs: $(B)/touchstone $(BENCH_PROGRAMS)

bench:  ## measure the hot path against its references; docs/performance.md has the knobs
	@scripts/bench

bench-counts:  ## instructions of the server for a request, by kind: to compare before and after a change
	@BENCH_ONLY=counts scripts/bench

bench-sandbox: $(B)/bench-sandbox  ## what the sandbox costs a file: FILES="a.jpg b.mp4", ROUNDS (15) of each
	@$(B)/bench-sandbox $(or $(ROUNDS),15) $(FILES)

bench-tables: $(B)/bench-parquet  ## how fast a release's labels are written as CSV, JSON lines and Parquet: ROWS (1000000)
	@$< $(or $(ROWS),1000000) $(B)/bench.csv $(B)/bench.jsonl $(B)/bench.parquet
	@rm -f $(B)/bench.csv $(B)/bench.jsonl $(B)/bench.parquet

bench-statements:  ## every statement at 1,000,000 items: the BENCH_SLOWEST (10), with time and pages
	@scripts/bench statements

bench-media:  ## a photograph, a film and BENCH_IMAGES (10000) small pictures to ready, each step beside the bare helper
	@scripts/bench media

faults:  ## kill server and PostgreSQL under load, ROUNDS times (20): nothing acknowledged is lost
	@scripts/bench faults

soak:  ## mixed load at half of the peak for MINUTES (30): memory, descriptors, errors
	@scripts/bench soak

flood:  ## hold thousands of connections open, and look what others get meanwhile
	@FLOOD=long scripts/check load_flood

examples:  ## train examples/train.py on a drawn release in each format: it must beat its run with shuffled labels
	@EXAMPLES=long scripts/check e2e_examples

.PHONY: examples archives bench bench-media bench-duplicates bench-counts bench-sandbox bench-statements bench-tables bench-programs faults flood soak

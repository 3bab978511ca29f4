# Fuzzing of what reads strangers' files, beside crowd.mk. The Makefile includes this file.

MANIFEST_SOURCES := $(wildcard server/domain/manifest*.c) server/domain/item_row.c \
                    $(addprefix server/core/,arena.c csv.c error.c log.c clock.c random.c text.c utf8.c)

fuzz-manifest:  ## feed import damaged manifests, a million by default (FUZZ_RUNS)
	@mkdir -p $(BUILD)
	@$(CC) -std=gnu17 -O1 -g -D_GNU_SOURCE -DFUZZ_ALONE -Iserver -fsanitize=address,undefined \
		-fno-sanitize-recover=undefined tests/fuzz/fuzz_manifest.c $(MANIFEST_SOURCES) \
		$(LDLIBS) -o $(BUILD)/fuzz-manifest
	@$(BUILD)/fuzz-manifest $(FUZZ_RUNS) tests/fuzz/seeds/manifest/*

.PHONY: fuzz-manifest

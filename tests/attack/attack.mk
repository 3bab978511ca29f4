# Attacks on a running server, and what they come to. The Makefile includes this file.

attack:  ## play attacks on a server with default budgets; ONLY="pick gold" some of them, ATTACK_SEEDS (1) times each
	@scripts/attack $(ONLY)

.PHONY: attack

/* SPDX-License-Identifier: Apache-2.0 */
#include "notices/answer.h"

#include <string.h>

#include "mail/outbox.h"
#include "notices/notice.h"
#include "release/publisher.h"

#define REDRESS                                                                                \
	"You may complain about this decision within six months, at no cost, with the reference "  \
	"that you were given: another person decides then. You may also turn to a certified body " \
	"for the settlement of disputes out of court, and to the courts.\n"
#define REDRESS_ENDED                                                                        \
	"This was decided upon a complaint, by the people who run this site. You may turn to a " \
	"certified body for the settlement of disputes out of court, and to the courts.\n"

static const char *report_page(struct arena *arena)
{
	return arena_printf(arena, "%s/report", publisher.address ? publisher.address : "");
}

static struct error mail_answer(struct db *db, const char *to, const char *subject,
                                const char *text)
{
	const struct mail mail = { .kind = "notice", .to = to, .subject = subject, .text = text };

	return outbox_sends() ? outbox_add(db, &mail) : ok();
}

struct error answer_receipt(struct db *db, const struct notice_request *request,
                            const char *made_at)
{
	struct arena *arena = arena_new();
	const char *text = arena_printf(
		arena,
		"Your notice of %s has come, and somebody will decide on it.\n\n"
		"You see how it stands, and what is decided, with the reference that you were given:\n\n"
		"    %s\n\n"
		"If you sent no notice, somebody else gave this address. Nothing else is sent to it but\n"
		"the decision.\n",
		made_at, report_page(arena));
	struct error err = mail_answer(db, request->email, "Your notice has come", text);

	arena_free(arena);
	return err;
}

/* What a statement of reasons says, in words. */
static const char *reasons_text(struct arena *arena, const struct notice_reasons *reasons)
{
	const char *done = strcmp(reasons->action, "withdraw") == 0 ? "The item was withdrawn for good."
	                   : strcmp(reasons->action, "review") == 0
	                       ? "A moderator looks at the item's label again."
	                       : "Nothing was done to the item.";
	const char *on = strcmp(reasons->ground_kind, "law") == 0     ? "On the law"
	                 : strcmp(reasons->ground_kind, "terms") == 0 ? "On the terms of this site"
	                                                              : "No breach";

	return arena_printf(
		arena, "Decision: the notice was %s. %s\n\n%s: %s\n\nFacts: %s\n\n%s%s%s\n",
		reasons->outcome, done, on, reasons->ground, reasons->facts,
		reasons->automated ? "The item was hidden automatically when the notice "
							 "came; a person decided.\n"
						   : "A person decided; nothing was done automatically.\n",
		reasons->independent ? ""
							 : "Whoever decided was not independent: there is no "
							   "other moderator.\n",
		reasons->authority ? arena_printf(arena, "Authority: %s\n", reasons->authority) : "");
}

/* May the party complain about it? What they are told then. */
static const char *redress_of(const struct notice *notice, enum notice_party party)
{
	return notice->contests[party].until ? REDRESS : REDRESS_ENDED;
}

static const struct notice_reasons *reasons_in_force(const struct notice *notice)
{
	return notice->second.outcome ? &notice->second : &notice->first;
}

struct error answer_decision(struct db *db, struct arena *arena, const char *id)
{
	struct notice notice = { 0 };
	struct error err = notice_by_id(db, arena, id, &notice);

	if (err.code || !notice.email)
		return err;
	const char *text = arena_printf(arena, "Your notice of %s was decided.\n\n%s\n%s\n    %s\n",
	                                notice.made_at, reasons_text(arena, reasons_in_force(&notice)),
	                                redress_of(&notice, PARTY_NOTIFIER), report_page(arena));
	return mail_answer(db, notice.email, "Your notice was decided", text);
}

struct error answer_contributor(struct db *db, struct arena *arena, const char *id, const char *to,
                                const char *reference)
{
	struct notice notice = { 0 };
	struct error err = notice_by_id(db, arena, id, &notice);

	if (err.code)
		return err;
	const char *given =
		reference ? arena_printf(arena, "Your reference, which is sent this once:\n\n    %s\n\n",
	                             reference)
				  : "";
	const char *text =
		arena_printf(arena,
	                 "Somebody reported %s %s, which you contributed, and this was decided.\n\n"
	                 "%s\n%s\n%s    %s\n",
	                 notice.item ? "the item" : "the contribution",
	                 notice.item ? notice.item : notice.contribution,
	                 reasons_text(arena, reasons_in_force(&notice)),
	                 redress_of(&notice, PARTY_CONTRIBUTOR), given, report_page(arena));
	return mail_answer(db, to, "A decision on an item that you contributed", text);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reason -- why a request was refused, by a name that never changes.
 *
 * A client tells refusals apart by the `type` of the problem document, which is /problems/NAME, and
 * may say them in words of its own; the English title and sentence are a default.  Each reason is
 * written here once.  docs/api.md and static/openapi.json list the same, and a test compares them.
 * Add a reason where a client would act otherwise.  Never rename one: its name is part of the API.
 */
#ifndef CORE_REASON_H
#define CORE_REASON_H

/* X(reason, name, error code, title).  Each code's own: what errorf() gives. */
#define CODE_REASONS(X)                                                                    \
	X(MALFORMED, "malformed", ERR_MALFORMED, "The request cannot be read")                 \
	X(INVALID, "invalid", ERR_INVALID, "The request breaks a rule")                        \
	X(NOBODY, "nobody", ERR_NOBODY, "We do not know who you are")                          \
	X(FORBIDDEN, "forbidden", ERR_FORBIDDEN, "This is not allowed")                        \
	X(NOT_FOUND, "not-found", ERR_NOT_FOUND, "Not found")                                  \
	X(METHOD, "method", ERR_METHOD, "Not with this method")                                \
	X(CONFLICT, "conflict", ERR_CONFLICT, "Conflicts with what there is")                  \
	X(GONE, "gone", ERR_GONE, "Expired")                                                   \
	X(TOO_LARGE, "too-large", ERR_TOO_LARGE, "The request is too large")                   \
	X(CONTENT_TYPE, "content-type", ERR_TYPE, "Not a content type that is read here")      \
	X(RANGE, "range", ERR_RANGE, "The file has no such part")                              \
	X(TOO_MANY, "too-many", ERR_TOO_MANY, "Too many requests")                             \
	X(UNAVAILABLE, "unavailable", ERR_UNAVAILABLE, "Try again later")                      \
	X(STORAGE, "storage", ERR_DISK, "Nothing can be stored now")                           \
	X(ADDRESS_TOO_LONG, "address-too-long", ERR_TARGET_LONG, "The address is too long")    \
	X(HEADERS_TOO_LARGE, "headers-too-large", ERR_HEAD_LARGE, "The headers are too large") \
	X(HOST, "host", ERR_MISDIRECTED, "Not a host that is served here")                     \
	X(VERSION, "version", ERR_VERSION, "Not a version of HTTP that is spoken here")        \
	X(PRECONDITION, "precondition", ERR_CONDITION, "Not what the request is for")          \
	X(UNSUPPORTED, "unsupported", ERR_UNSUPPORTED, "Not supported")                        \
	X(INTERNAL, "internal", ERR_INTERNAL, "Something went wrong on our side")

/* X(reason, name, error code, title, sentence).  What error_because() gives. */
#define NAMED_REASONS(X)                                                                           \
	/* who asks */                                                                                 \
	X(NO_CONSENT, "no-consent", ERR_NOBODY, "Not a volunteer yet", "Agree to take part first.")    \
	X(CONSENT_CHANGED, "consent-changed", ERR_NOBODY, "What you agreed to has changed",            \
	  "Read what is stored now, and agree to take part again.")                                    \
	X(VOLUNTEER_GONE, "volunteer-gone", ERR_NOBODY, "The volunteer is no more",                    \
	  "There is no such volunteer any more. Begin again.")                                         \
	X(SIGNED_OUT, "signed-out", ERR_NOBODY, "The session or token has ended", "Sign in first.")    \
	X(WRONG_SIGN_IN, "wrong-sign-in", ERR_NOBODY, "Address and password do not match",             \
	  "There is no account with this address and password.")                                       \
	X(ONE_TIME_PASSWORD_SPENT, "one-time-password-spent", ERR_NOBODY,                              \
	  "The one-time password is over",                                                             \
	  "This one-time password was used, or is older than a week. Ask an administrator for "        \
	  "another.")                                                                                  \
	X(PASSWORD_CHANGED, "password-changed", ERR_NOBODY, "The password was changed meanwhile",      \
	  "The password was changed or used a moment ago. Sign in anew.")                              \
	X(ONE_TIME_PASSWORD, "one-time-password", ERR_FORBIDDEN, "The password must be changed",       \
	  "Change your one-time password first.")                                                      \
	X(WRONG_PASSWORD, "wrong-password", ERR_FORBIDDEN, "The current password is another",          \
	  "The current password is another.")                                                          \
	X(CODE_NEEDED, "code-needed", ERR_NOBODY, "A code of the second factor is needed",             \
	  "Give a code of your app, or a recovery code, too.")                                         \
	X(WRONG_CODE, "wrong-code", ERR_NOBODY, "The code is not right",                               \
	  "This code is not right, or was used before.")                                               \
	X(FACTOR_NEEDED, "second-factor-needed", ERR_FORBIDDEN, "A second factor is needed",           \
	  "Your account needs a second factor here. Set one up first.")                                \
	X(FACTOR_ON, "second-factor-on", ERR_CONFLICT, "There is a second factor",                     \
	  "Your account has a second factor already. Remove it first.")                                \
	X(SESSION_NEEDED, "session-needed", ERR_FORBIDDEN, "Not with a token",                         \
	  "This is done by people who are signed in, not with a token.")                               \
	X(OUT_OF_SCOPE, "out-of-scope", ERR_FORBIDDEN, "Not with this token",                          \
	  "This token is not for this route.")                                                         \
	X(LAST_ADMIN, "last-admin", ERR_CONFLICT, "The last admin stays",                              \
	  "This is the last account that is an admin. Make another one first.")                        \
	X(ACCOUNT_EXISTS, "account-exists", ERR_CONFLICT, "There is such an account",                  \
	  "There is an account with this address already.")                                            \
	X(LINK_OVER, "link-over", ERR_GONE, "The link is over",                                        \
	  "This link was used, was replaced or is too old. Ask for another.")                          \
	X(NO_MAIL, "no-mail", ERR_CONFLICT, "This site sends no mail",                                 \
	  "This site sends no mail. Ask whoever runs it.")                                             \
	X(TERMS_CHANGED, "terms-changed", ERR_CONFLICT, "The terms have changed",                      \
	  "The terms have changed. Read them again.")                                                  \
	X(DECIDED, "request-decided", ERR_CONFLICT, "The request is decided",                          \
	  "This request is decided already.")                                                          \
	X(OTHER_SITE, "other-site", ERR_FORBIDDEN, "The request comes from another site",              \
	  "Requests from other sites are not accepted.")                                               \
	/* how often, and how much at once */                                                          \
	X(TOO_MANY_VOLUNTEERS, "too-many-volunteers", ERR_TOO_MANY, "Many of your network have begun", \
	  "Many people of your network, such as a school's, have begun within the last hour. "         \
	  "Whoever runs this site can let more of you begin at once.")                                 \
	X(TOO_MANY_SIGN_INS, "too-many-sign-ins", ERR_TOO_MANY, "Too many tries at one account",       \
	  "Too many tries at this account from your network.")                                         \
	X(TOO_MANY_CONNECTIONS, "too-many-connections", ERR_TOO_MANY, "Too many connections",          \
	  "Too many connections from one network.")                                                    \
	X(INVITATION_OVER, "invitation-over", ERR_GONE, "The invitation has ended",                    \
	  "This invitation has ended. You can take part without it.")                                  \
	X(BUSY, "busy", ERR_UNAVAILABLE, "The server is busy", "Too many requests are waiting.")       \
	X(NOT_COUNTED, "not-counted", ERR_UNAVAILABLE, "The figures are not counted yet",              \
	  "The figures are being counted. Try again soon.")                                            \
	/* pairs and answers */                                                                        \
	X(NO_ASSIGNMENT, "no-assignment", ERR_NOT_FOUND, "No such assignment of yours",                \
	  "There is no such assignment of yours. Ask for a new one.")                                  \
	X(LEASE_EXPIRED, "lease-expired", ERR_GONE, "The assignment has expired",                      \
	  "This assignment has expired. Ask for a new one.")                                           \
	X(JUDGED_OTHERWISE, "judged-otherwise", ERR_CONFLICT, "The pair was judged otherwise",         \
	  "This pair was judged before, and otherwise.")                                               \
	X(ITEM_JUDGED, "item-judged", ERR_CONFLICT, "One of the items was judged before",              \
	  "You judged one of these two before.")                                                       \
	X(SKIPS_SPENT, "skips-spent", ERR_TOO_MANY, "Too many pairs were left unanswered",             \
	  "You left more pairs unanswered today than there are free skips. Pairs that you judge "      \
	  "bring new ones; else the next pair comes after a wait.")                                    \
	X(SKIPPED, "skipped", ERR_CONFLICT, "The pair was skipped", "You skipped this pair.")          \
	X(ANSWERED, "answered", ERR_CONFLICT, "The pair is answered already",                          \
	  "This pair is judged or skipped already.")                                                   \
	X(RENEWALS_SPENT, "renewals-spent", ERR_CONFLICT, "The assignment was renewed often enough",   \
	  "This assignment was renewed as often as it can be.")                                        \
	/* disputes and rulings */                                                                     \
	X(DISPUTE_SETTLED, "dispute-settled", ERR_CONFLICT, "The crowd has settled the dispute",       \
	  "The crowd has settled this dispute since. Take the next one.")                              \
	X(DISPUTE_RULED, "dispute-ruled", ERR_CONFLICT, "The dispute is ruled",                        \
	  "This dispute is ruled already.")                                                            \
	X(DISPUTE_CLAIMED, "dispute-claimed", ERR_CONFLICT, "Another moderator has the dispute",       \
	  "Another moderator works on this dispute. Take the next one.")                               \
	X(DISPUTE_OVERTAKEN, "dispute-overtaken", ERR_CONFLICT, "A later dispute is there",            \
	  "A later dispute about this item is there. Rule on it, or correct it there.")                \
	X(OWN_ITEM, "own-item", ERR_FORBIDDEN, "The item is your own",                                 \
	  "You contributed or imported this item: somebody else has to rule on it.")                   \
	X(DISPUTE_ESCALATED, "dispute-escalated", ERR_CONFLICT,                                        \
	  "The dispute was passed to a colleague",                                                     \
	  "This dispute was passed to a colleague by name. Take the next one.")                        \
	X(OPINION_GIVEN, "opinion-given", ERR_CONFLICT, "You have given your opinion",                 \
	  "You have given your opinion on this dispute. It waits for a colleague's.")                  \
	X(NO_CLAIM, "no-claim", ERR_CONFLICT, "The dispute is not claimed",                            \
	  "Claim this dispute first; your claim may have run out.")                                    \
	X(NO_VERDICT, "no-verdict", ERR_CONFLICT, "The blind verdict is missing",                      \
	  "Give your own verdict first.")                                                              \
	X(VERDICT_OTHERWISE, "verdict-otherwise", ERR_CONFLICT, "The verdict was another",             \
	  "You gave another verdict before. It stands.")                                               \
	X(RULED_MEANWHILE, "ruled-meanwhile", ERR_CONFLICT, "The ruling is not the newest",            \
	  "That ruling is not in force any more. Read the newest first.")                              \
	X(RULED_BY_ANOTHER, "ruled-by-another", ERR_CONFLICT, "The ruling is another moderator's",     \
	  "Another moderator ruled this. It can be corrected.")                                        \
	X(UNDO_LATE, "undo-late", ERR_CONFLICT, "It is too late to undo the ruling",                   \
	  "It is too late to undo this ruling. It can be corrected.")                                  \
	X(ITEM_WITHDRAWN, "item-withdrawn", ERR_CONFLICT, "The item was withdrawn",                    \
	  "The item was withdrawn since.")                                                             \
	X(ITEM_RELEASED, "item-released", ERR_CONFLICT, "The gold item lies in a release",             \
	  "This item was gold and lies in a release by now: its ruling can be changed, but the "       \
	  "crowd cannot be asked again.")                                                              \
	X(ITEM_HELD, "item-held", ERR_CONFLICT, "The item is kept as it is",                           \
	  "The item may be evidence: nobody is shown it, and it stays as it is until an authority or " \
	  "the deadline has decided.")                                                                 \
	X(ITEM_HIDDEN, "item-hidden", ERR_GONE, "Hidden while a notice waits",                         \
	  "Somebody has reported an item in this, and it is hidden until that is decided.")            \
	X(CONTRIBUTION_REPORTED, "contribution-reported", ERR_CONFLICT, "A notice about it waits",     \
	  "Somebody has reported this: the decision on their notice decides on it.")                   \
	X(FILE_UNKNOWN, "file-unknown", ERR_NOT_FOUND, "Nothing here is this file",                    \
	  "Nothing here has these bytes, nor looks or sounds like it, so there is nothing to report: " \
	  "name the item by its address, if you have seen it here.")                                   \
	X(NOTICE_DECIDED, "notice-decided", ERR_CONFLICT, "The notice is decided",                     \
	  "This notice has been decided. Take the next one.")                                          \
	X(NOT_INDEPENDENT, "not-independent", ERR_CONFLICT, "Somebody else has to decide this",        \
	  "You contributed the item, or decided before: another moderator has to decide.")             \
	X(NO_COMPLAINT, "no-complaint", ERR_CONFLICT, "There can be no complaint now",                 \
	  "There is no decision yet, or there was a complaint, or its six months are over.")           \
	/* releases */                                                                                 \
	X(RELEASE_EXISTS, "release-exists", ERR_CONFLICT, "The release exists",                        \
	  "Releases never change: choose another version.")                                            \
	X(FOR_RESEARCHERS, "for-researchers", ERR_NOBODY, "For approved researchers",                  \
	  "This release is for approved researchers. Sign in, or ask for access at /access.")          \
	X(NOT_A_RESEARCHER, "not-a-researcher", ERR_FORBIDDEN, "For approved researchers",             \
	  "This release is for approved researchers. Ask for access at /access.")                      \
	X(SEALED_ELSEWHERE, "sealed-elsewhere", ERR_CONFLICT,                                          \
	  "Another release keeps the labels sealed",                                                   \
	  "Unsealing this release would tell labels that another one keeps: ask for it with_others.")  \
	X(NOTHING_SEALED, "nothing-sealed", ERR_CONFLICT, "Nothing is sealed",                         \
	  "The release was not made with a sealed test split, or is unsealed already.")                \
	X(VERSION_TOO_SMALL, "version-too-small", ERR_INVALID, "The version promises too little",      \
	  "More changed since the version before than this version says.")                             \
	X(JOB_ENDED, "job-ended", ERR_CONFLICT, "The job has ended",                                   \
	  "What has ended cannot be cancelled.")                                                       \
	X(JOB_STAYS, "job-stays", ERR_CONFLICT, "The job is not one that is cancelled",                \
	  "Jobs of this kind are not cancelled.")                                                      \
	X(WITHDRAWN_FROM_RELEASE, "item-withdrawn-from-release", ERR_GONE,                             \
	  "An item was withdrawn from the release",                                                    \
	  "This file holds what was withdrawn. Use the newest revision of the release.")

#define REASON_MEMBER(reason, ...) REASON_##reason,

enum __attribute__((packed)) reason {
	REASON_DEFAULT,                                                  /* the code's own */
	CODE_REASONS(REASON_MEMBER) NAMED_REASONS(REASON_MEMBER) REASONS /* how many; keep last */
};

#endif

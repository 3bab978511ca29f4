/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credentials_helper -- what this program is when media/provenance runs it in the sandbox: it reads
 * the content credentials of the file `input` where it stands, and leaves there what openssl
 * checks.
 *
 *     claimed       the bytes that were signed
 *     signature     their signature
 *     chain.pem     the certificates that came with it, the signer's first
 *
 * and on standard output a line of JSON: state (none, signed, broken, unreadable, not_covered),
 * reason, algorithm, generator, source_type.
 */
#ifndef MEDIA_CREDENTIALS_HELPER_H
#define MEDIA_CREDENTIALS_HELPER_H

#define CREDENTIALS_CLAIMED   "claimed"
#define CREDENTIALS_SIGNATURE "signature"
#define CREDENTIALS_CHAIN     "chain.pem"

/* Returns the exit status: 0, or 1 where a file could not be read or written. */
int credentials_helper(void);

#endif

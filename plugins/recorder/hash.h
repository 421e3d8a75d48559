/* SPDX-License-Identifier: Apache-2.0 */
/* What a finished file is known by. Any thread; reads the whole file. OpenSSL's, which knows the processor's own SHA.
 */
#ifndef RECORDER_HASH_H
#define RECORDER_HASH_H

/* SHA-256 of a file, 64 hexadecimal digits and a NUL. 0 or a negative errno value. */
int rec_sha256(const char *path, char hex[65]);

#endif

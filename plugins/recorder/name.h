/* SPDX-License-Identifier: Apache-2.0 */
/* Names of files that others choose: made harmless, and kept below the folders that are allowed. Pure, any thread. */
#ifndef RECORDER_NAME_H
#define RECORDER_NAME_H

#include <stdbool.h>

#define REC_NAME_MAX 200 /* bytes of one component; room for endings is left */

/*
 * A relative path made harmless: components are letters, digits, and "-_.+@=,~ " or bytes of UTF-8; others become "_".
 * Empty ones and ".", ".." go; a leading dot becomes "_"; long ones are cut. g_free() it; NULL: nothing is left.
 */
char *rec_name_clean(const char *path);
/*
 * The folder that `wanted` names: relative ones lie below root; absolute ones only when they are, or lie below, root or
 * one of `allowed` (comma-separated, or NULL), compared component by component after "." and ".." are gone. NULL
 * wanted: root. g_free() it; NULL: not allowed. Symbolic links are not looked at: rec_name_confined() does, once it
 * exists.
 */
char *rec_name_folder(const char *root, const char *allowed, const char *wanted);
/* True when path (which exists) really lies below root or one of allowed, whatever links it goes through. */
bool rec_name_confined(const char *root, const char *allowed, const char *path);

#endif

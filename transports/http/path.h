/* SPDX-License-Identifier: Apache-2.0 */
/* Names of pages. Pure; any thread. */
#ifndef CARDEA_HTTP_PATH_H
#define CARDEA_HTTP_PATH_H

#include <stdbool.h>

/* Is this (decoded) path one that stays below the folder and names no hidden file? */
bool page_path_is_safe(const char *path);
/* The media type that the ending stands for. */
const char *page_type(const char *path);

#endif

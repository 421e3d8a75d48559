/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main() for a fuzz harness outside of a fuzzer: feeds it every file of its corpus, and every truncation of the small
 * ones. The corpus of fuzz_NAME is $srcdir/tests/fuzz/corpus/NAME; files and folders may be named as arguments instead.
 * With FUZZ_WHOLE in the environment none is truncated.
 * Each input lies in a heap block of exactly its size, so that the address sanitizer sees a read past the end.
 * Fails when there is nothing to run.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_MAX     (1 << 20)
#define TRUNCATED_MAX 2048 /* longer files run whole only */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static int run_bytes(const uint8_t *data, size_t len)
{
    uint8_t *exact = malloc(len ? len : 1);

    if (!exact)
        return -1;
    if (len)
        memcpy(exact, data, len);
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    return 0;
}

static int run_file(const char *path)
{
    static uint8_t input[INPUT_MAX];
    FILE *f = fopen(path, "rb");
    size_t len, cut;
    int err = 0;

    if (!f) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    len = fread(input, 1, sizeof(input), f);
    if (ferror(f)) {
        fprintf(stderr, "%s: cannot be read\n", path);
        err = -1;
    }
    fclose(f);
    for (cut = 0; !err && !getenv("FUZZ_WHOLE") && len <= TRUNCATED_MAX && cut < len; cut++)
        err = run_bytes(input, cut);
    return err ? err : run_bytes(input, len);
}

/* Returns how many files ran, or -1. */
static int run_path(const char *path)
{
    struct stat st;
    struct dirent *entry;
    char name[4096];
    int count = 0, n;
    DIR *dir;

    if (stat(path, &st)) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    if (!S_ISDIR(st.st_mode))
        return run_file(path) ? -1 : 1;
    dir = opendir(path);
    if (!dir)
        return -1;
    while (count >= 0 && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        n = snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        if (n < 0 || (size_t)n >= sizeof(name) || run_file(name))
            count = -1;
        else
            count++;
    }
    closedir(dir);
    return count;
}

/* Weak, so that libFuzzer's takes its place (tests/fuzz/run). */
__attribute__((weak)) int main(int argc, char **argv)
{
    const char *srcdir = getenv("srcdir");
    const char *name = strrchr(argv[0], '/');
    char corpus[4096];
    int total = 0, n, i;

    if (LLVMFuzzerInitialize)
        LLVMFuzzerInitialize(&argc, &argv);
    for (i = 1; i < argc; i++) {
        n = run_path(argv[i]);
        if (n < 0)
            return EXIT_FAILURE;
        total += n;
    }
    if (argc < 2) {
        name = name ? name + 1 : argv[0];
        if (!strncmp(name, "fuzz_", 5))
            name += 5;
        n = snprintf(corpus, sizeof(corpus), "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", name);
        if (n < 0 || (size_t)n >= sizeof(corpus))
            return EXIT_FAILURE;
        total = run_path(corpus);
    }
    printf("%d inputs\n", total);
    return total > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

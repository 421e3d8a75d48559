/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "rec.h"

static const struct command {
    const char *name;
    command_fn *run;
    const char *help;
} commands[] = {
    {"info", run_info, "what a recording holds: tracks, durations, losses, sizes"},
    {"verify", run_verify, "whether it is whole: hashes of the manifest, every frame decoded"},
    {"repair", run_repair, "an index and a duration for files that were never finished"},
    {"convert", run_convert, ".mjr to WebM, Matroska, MP4, Ogg, WAV, SRT; several into one file, in step"},
    {"mjr", run_mjr, ".mjr headers, to and from packet captures"},
    {"compose", run_compose, "a whole room in one picture, with everybody's sound"},
};
#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int help(FILE *to)
{
    size_t i;

    fprintf(to, "Usage: cardea-rec COMMAND [OPTION…] FILE…\n\n"
                "Looks at, checks, repairs, converts and puts together what the gateway has recorded.\n\nCommands:\n");
    for (i = 0; i < N_COMMANDS; i++)
        fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].help);
    fprintf(to, "\n'cardea-rec COMMAND --help' says more. The result is 0 when all is well, 1 when something is wrong\n"
                "with a file, 2 when the command was not understood.\n");
    return to == stdout ? 0 : 2;
}

int main(int argc, char **argv)
{
    size_t i;

    setlocale(LC_ALL, "");
    g_set_prgname("cardea-rec");
    set_av_log(2);
    if (argc < 2)
        return help(stderr);
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
        return help(stdout);
    if (!strcmp(argv[1], "--version"))
        return printf("cardea-rec %s\n", PACKAGE_VERSION) < 0;
    for (i = 0; i < N_COMMANDS; i++) {
        if (!strcmp(argv[1], commands[i].name))
            return commands[i].run(argc - 1, argv + 1);
    }
    return misused("there is no command '%s'", argv[1]);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/symbols.h"

#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    const uint8_t *file; /* mapped */
    size_t size;
    const ElfW(Sym) * table; /* points into it; NULL: no names */
    size_t n;
    const char *names;
    size_t names_len; /* the last byte is zero */
    uintptr_t base;   /* where the program lies */
} the;

static int note_base(struct dl_phdr_info *info, size_t size, void *unused)
{
    the.base = info->dlpi_addr;
    return 1; /* the program itself is the first */
}

/* len bytes at offset are in the file. */
static bool holds(uint64_t offset, uint64_t len)
{
    return offset <= the.size && len <= the.size - offset;
}

static void use(const ElfW(Shdr) * symbols, const ElfW(Shdr) * names)
{
    if (!holds(symbols->sh_offset, symbols->sh_size) || !holds(names->sh_offset, names->sh_size) || !names->sh_size ||
        the.file[names->sh_offset + names->sh_size - 1])
        return;
    the.table = (const ElfW(Sym) *)(const void *)(the.file + symbols->sh_offset);
    the.n = symbols->sh_size / sizeof(ElfW(Sym));
    the.names = (const char *)the.file + names->sh_offset;
    the.names_len = names->sh_size;
}

static void find_table(void)
{
    const ElfW(Ehdr) *head = (const void *)the.file;
    const ElfW(Shdr) * sections;

    if (the.size < sizeof(*head) || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 ||
        head->e_shentsize != sizeof(*sections) || !holds(head->e_shoff, head->e_shnum * sizeof(*sections)))
        return;
    sections = (const void *)(the.file + head->e_shoff);
    for (unsigned i = 0; i < head->e_shnum; i++)
        if (sections[i].sh_type == SHT_SYMTAB && sections[i].sh_link < head->e_shnum)
            use(&sections[i], &sections[sections[i].sh_link]);
}

void gw_symbols_begin(void)
{
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *map;

    if (the.file || fd < 0)
        return;
    map = fstat(fd, &st) ? MAP_FAILED : mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        return;
    the.file = map;
    the.size = (size_t)st.st_size;
    dl_iterate_phdr(note_base, NULL);
    find_table();
}

void gw_symbols_end(void)
{
    if (the.file)
        munmap((void *)(uintptr_t)the.file, the.size);
    memset(&the, 0, sizeof(the));
}

const char *gw_symbols_find(const void *address, size_t *offset)
{
    uintptr_t at = (uintptr_t)address - the.base;

    for (size_t i = 0; i < the.n; i++) {
        const ElfW(Sym) *s = &the.table[i];

        if ((s->st_info & 0xf) != STT_FUNC || at < s->st_value || at - s->st_value >= s->st_size ||
            s->st_name >= the.names_len)
            continue;
        *offset = at - s->st_value;
        return the.names + s->st_name;
    }
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../tools/rec/pcap.h"

#include "mjrs.h"

static void reads_what_it_wrote(void **state)
{
    uint8_t file[PCAP_FILE_HEAD + 2 * (PCAP_FRAME_HEAD + 5)];
    struct pcap_datagram d;
    struct pcap_reader r;
    size_t cut, n;

    pcap_write_file_head(file);
    pcap_write_frame_head(file + PCAP_FILE_HEAD, 5, 1741504542180312);
    memcpy(file + PCAP_FILE_HEAD + PCAP_FRAME_HEAD, "hello", 5);
    pcap_write_frame_head(file + PCAP_FILE_HEAD + PCAP_FRAME_HEAD + 5, 5, 1741504542180313);
    memcpy(file + sizeof(file) - 5, "again", 5);
    assert_int_equal(pcap_open(&r, file, sizeof(file)), 0);
    assert_int_equal(pcap_next(&r, &d), 1);
    assert_int_equal(d.len, 5);
    assert_memory_equal(d.data, "hello", 5);
    assert_true(d.time_us == 1741504542180312);
    assert_int_equal(pcap_next(&r, &d), 1);
    assert_memory_equal(d.data, "again", 5);
    assert_int_equal(pcap_next(&r, &d), 0);
    assert_false(r.truncated);
    for (cut = 0; cut < sizeof(file); cut++) {
        uint8_t *part = malloc(cut ? cut : 1);

        memcpy(part, file, cut);
        if (cut < PCAP_FILE_HEAD) {
            assert_int_equal(pcap_open(&r, part, cut), -3);
        } else {
            assert_int_equal(pcap_open(&r, part, cut), 0);
            for (n = 0; pcap_next(&r, &d) > 0; n++)
                continue;
            assert_int_equal(n, (cut - PCAP_FILE_HEAD) / (PCAP_FRAME_HEAD + 5));
        }
        free(part);
    }
}

/* As tcpdump writes them: a file header, a frame header, and a datagram "hi" under different link layers. */
static void reads_other_captures(void **state)
{
    static const char udp[] = "03e8 07d0 000a 0000 6869";
    static const char ipv4[] = "4500 001e 0000 4000 4011 0000 0a010101 0a020202";
    static const struct {
        const char *head, *frame, *link, *ip;
        int64_t time_us;
        unsigned link_bytes;
    } files[] = {
        /* little endian, microseconds, Linux cooked v1 */
        {"d4c3b2a1 0200 0400 00000000 00000000 00000400 71000000", "01000000 02000000",
         "0000 0001 0006 020000000001 0000 0800", ipv4, 1000002, 16},
        /* little endian, nanoseconds, Linux cooked v2 */
        {"4d3cb2a1 0200 0400 00000000 00000000 00000400 14010000", "01000000 d0070000",
         "0800 0000 00000001 0001 00 06 0200000000010000", ipv4, 1000002, 20},
        /* big endian, Ethernet with a VLAN, IPv6 */
        {"a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001", "00000001 00000002",
         "020000000002 020000000001 8100 0005 86dd",
         "60000000 000a 11 40 00000000000000000000000000000001 00000000000000000000000000000001", 1000002, 18},
        /* raw IP */
        {"a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065", "00000001 00000002", "", ipv4, 1000002, 0},
    };
    struct pcap_datagram d;
    struct pcap_reader r;
    struct vector v;
    char text[1000], len[20];
    unsigned i, bytes;

    for (i = 0; i < 4; i++) {
        bytes = files[i].link_bytes + (i == 2 ? 40 : 20) + 10 + 3; /* with padding of the link layer */
        snprintf(len, sizeof(len), i < 2 ? "%02x000000" : "000000%02x", bytes);
        snprintf(text, sizeof(text), "%s %s %s %s %s %s %s 000000", files[i].head, files[i].frame, len, len,
                 files[i].link, files[i].ip, udp);
        v = vector_from_hex(text);
        assert_int_equal(pcap_open(&r, v.data, v.len), 0);
        assert_int_equal(pcap_next(&r, &d), 1);
        assert_int_equal(d.len, 2);
        assert_memory_equal(d.data, "hi", 2);
        assert_true(d.time_us == files[i].time_us);
        assert_int_equal(pcap_next(&r, &d), 0);
        free(v.data);
    }
}

static void steps_over_the_rest(void **state)
{
    /* TCP; a fragment; too short for what it announces; then UDP */
    struct vector v = vector_from_hex(
        "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065"
        "00000001 00000000 0000001e 0000001e 4500 001e 0000 4000 4006 0000 0a010101 0a020202 03e8 07d0 000a 0000 6869"
        "00000001 00000000 0000001e 0000001e 4500 001e 0000 2010 4011 0000 0a010101 0a020202 03e8 07d0 000a 0000 6869"
        "00000001 00000000 0000001e 0000001e 4500 001e 0000 4000 4011 0000 0a010101 0a020202 03e8 07d0 000b 0000 6869"
        "00000001 00000000 0000001e 0000001e 4500 001e 0000 4000 4011 0000 0a010101 0a020202 03e8 07d0 000a 0000 6869");
    struct pcap_datagram d;
    struct pcap_reader r;

    assert_int_equal(pcap_open(&r, v.data, v.len), 0);
    assert_int_equal(pcap_next(&r, &d), 1);
    assert_int_equal(r.other, 3);
    assert_int_equal(pcap_next(&r, &d), 0);
    v.data[23] = 0x77; /* a link layer that we do not know */
    assert_int_equal(pcap_open(&r, v.data, v.len), -3);
    free(v.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(reads_other_captures),
        cmocka_unit_test(steps_over_the_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

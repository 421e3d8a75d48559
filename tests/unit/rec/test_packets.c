/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../tools/rec/packets.h"

#include "mjrs.h"

static const struct packets_choice all = {.payload_type = -1};

struct file {
    uint8_t data[4096];
    size_t len;
    struct rec_mjr_info info;
};

static void begin(struct file *f, enum rec_mjr_kind kind, const char *codec)
{
    memset(f, 0, sizeof(*f));
    rec_mjr_info_clear(&f->info, kind, codec);
    f->len = rec_mjr_write_magic(f->data);
    f->len += (size_t)rec_mjr_write_info(f->data + f->len, sizeof(f->data) - f->len, &f->info);
}

/* As it is: not renumbered. */
static void add(struct file *f, uint32_t ms, uint8_t payload_type, uint16_t seq, uint32_t ts, uint8_t ssrc)
{
    uint8_t *p = f->data + f->len;

    memcpy(p, "MEET", 4);
    p[4] = (uint8_t)(ms >> 24);
    p[5] = (uint8_t)(ms >> 16);
    p[6] = (uint8_t)(ms >> 8);
    p[7] = (uint8_t)ms;
    p[8] = 0;
    p[9] = 13;
    memset(p + 10, 0, 13);
    p[10] = 0x80;
    p[11] = payload_type;
    p[12] = (uint8_t)(seq >> 8);
    p[13] = (uint8_t)seq;
    p[14] = (uint8_t)(ts >> 24);
    p[15] = (uint8_t)(ts >> 16);
    p[16] = (uint8_t)(ts >> 8);
    p[17] = (uint8_t)ts;
    p[21] = ssrc;
    p[22] = 0xd5;
    f->len += 23;
}

static void puts_packets_in_order(void **state)
{
    static struct file f;
    struct packets p;

    begin(&f, REC_MJR_AUDIO, "pcma");
    add(&f, 0, 8, 65534, 0xffffff60, 1);
    add(&f, 20, 8, 0, 0xa0, 1);
    add(&f, 21, 8, 65535, 0, 1); /* late */
    add(&f, 22, 8, 65535, 0, 1); /* twice */
    add(&f, 23, 8, 1, 0x140, 2); /* another source */
    add(&f, 80, 8, 4, 0x320, 1); /* three are missing */
    assert_int_equal(packets_read(&p, f.data, f.len, &all), 0);
    assert_int_equal(p.codec, REC_PCMA);
    assert_int_equal(p.n, 4);
    assert_int_equal(p.at[0].ticks, 0);
    assert_int_equal(p.at[1].ticks, 160);
    assert_int_equal(p.at[2].ticks, 320);
    assert_int_equal(p.at[3].ticks, 960);
    assert_int_equal(p.at[2].seq - p.at[0].seq, 2); /* past the wrap */
    assert_int_equal(p.missing, 3);
    assert_int_equal(p.reordered, 2); /* the late one, and its copy */
    assert_int_equal(p.duplicates, 1);
    assert_int_equal(p.foreign, 1);
    assert_int_equal(packets_duration_us(&p), 120000);
    packets_free(&p);
}

static void chooses(void **state)
{
    static const struct packets_choice choice = {.ignore_first = 1, .payload_type = 8};
    static struct file f;
    struct packets p;

    begin(&f, REC_MJR_AUDIO, "pcma");
    add(&f, 0, 8, 1, 0, 1);
    add(&f, 20, 8, 2, 160, 1);
    add(&f, 20, 13, 3, 320, 1); /* comfort noise */
    assert_int_equal(packets_read(&p, f.data, f.len, &choice), 0);
    assert_int_equal(p.n, 1);
    assert_int_equal(p.at[0].ticks, 0); /* time begins with what is kept */
    assert_int_equal(p.foreign, 1);
    packets_free(&p);
}

static void reads_messages(void **state)
{
    static struct file f;
    struct rec_mjr_writer w;
    struct packets p;

    begin(&f, REC_MJR_DATA, "text");
    f.info.created_us = 1000000;
    f.len = rec_mjr_write_magic(f.data);
    f.len += (size_t)rec_mjr_write_info(f.data + f.len, 1000, &f.info);
    rec_mjr_writer_init(&w, false, 1000);
    f.len += (size_t)rec_mjr_write_data(&w, f.data + f.len, 100, (const uint8_t *)"hello", 5, 1500000, 0);
    assert_int_equal(packets_read(&p, f.data, f.len, &all), 0);
    assert_int_equal(p.n, 1);
    assert_int_equal(p.codec, REC_CODEC_NONE);
    assert_int_equal(p.at[0].ticks, 500000);
    assert_memory_equal(p.at[0].data, "hello", 5);
    packets_free(&p);
}

static void refuses(void **state)
{
    static struct file f;
    struct packets p;

    begin(&f, REC_MJR_AUDIO, "theora");
    assert_int_equal(packets_read(&p, f.data, f.len, &all), -2);
    assert_int_equal(packets_read(&p, "nothing like it", 15, &all), -3);
    assert_int_equal(packets_read(&p, "MJR00002", 8, &all), 0);
    assert_true(p.reader.empty);
    assert_int_equal(p.n, 0);
    packets_free(&p);
    begin(&f, REC_MJR_AUDIO, "opus");
    add(&f, 0, 8, 1, 0, 1);
    f.data[f.len++] = 'X';
    assert_int_equal(packets_read(&p, f.data, f.len, &all), 0);
    assert_true(p.damaged);
    assert_int_equal(p.n, 1);
    packets_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_packets_in_order),
        cmocka_unit_test(chooses),
        cmocka_unit_test(reads_messages),
        cmocka_unit_test(refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

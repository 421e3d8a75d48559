/* SPDX-License-Identifier: Apache-2.0 */
/* The BIO as OpenSSL sees it: datagrams with their boundaries, one at a time, and a timer that we may expire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dtls/link.h"

static char sent[100];
static unsigned n_sent;

static void on_send(void *arg, const uint8_t *data, size_t len)
{
    assert_ptr_equal(arg, sent);
    memcpy(sent, data, len);
    sent[len] = '\0';
    n_sent++;
}

static BIO_METHOD *method;
static struct gw_dtls_link link_of_test;
static BIO *bio;

static int set_up(void **state)
{
    n_sent = 0;
    link_of_test = (struct gw_dtls_link){.send = on_send, .arg = sent, .mtu = 1234};
    method = gw_dtls_link_method();
    bio = gw_dtls_link_bio(method, &link_of_test);
    return method && bio ? 0 : -1;
}

static int tear_down(void **state)
{
    BIO_free(bio);
    BIO_meth_free(method);
    return 0;
}

static void a_write_is_a_datagram(void **state)
{
    assert_int_equal(BIO_write(bio, "hello", 5), 5);
    assert_string_equal(sent, "hello");
    assert_true(BIO_write(bio, "", 0) <= 0);
    assert_int_equal(n_sent, 1);
    assert_int_equal(BIO_flush(bio), 1);
}

static void a_read_takes_what_is_there_once(void **state)
{
    char out[10];

    assert_int_equal(BIO_read(bio, out, sizeof(out)), -1);
    assert_true(BIO_should_retry(bio) && BIO_should_read(bio));
    link_of_test.in = (const uint8_t *)"datagram";
    link_of_test.in_len = 8;
    assert_int_equal(BIO_read(bio, out, sizeof(out)), 8);
    assert_memory_equal(out, "datagram", 8);
    assert_false(BIO_should_retry(bio));
    assert_int_equal(BIO_read(bio, out, sizeof(out)), -1);
    assert_true(BIO_should_retry(bio));
}

/* What does not fit is gone, as with recv(). */
static void a_datagram_is_cut_to_the_room(void **state)
{
    char out[4] = "xxx";

    link_of_test.in = (const uint8_t *)"datagram";
    link_of_test.in_len = 8;
    assert_int_equal(BIO_read(bio, out, 3), 3);
    assert_memory_equal(out, "datx", 3);
    assert_int_equal(out[3], '\0');
    assert_int_equal(BIO_read(bio, out, 3), -1);
}

static void it_tells_the_size_of_datagrams(void **state)
{
    assert_int_equal(BIO_ctrl(bio, BIO_CTRL_DGRAM_QUERY_MTU, 0, NULL), 1234);
    assert_int_equal(BIO_ctrl(bio, BIO_CTRL_DGRAM_GET_FALLBACK_MTU, 0, NULL), 1234);
    assert_int_equal(BIO_ctrl(bio, BIO_CTRL_DGRAM_GET_MTU_OVERHEAD, 0, NULL), 0);
}

static void a_deadline_can_be_set_back(void **state)
{
    struct timeval deadline = {.tv_sec = 1000000, .tv_usec = 5};

    gw_dtls_link_expire(&link_of_test); /* nothing runs */
    BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT, 0, &deadline);
    assert_int_equal(deadline.tv_sec, 1000000);
    gw_dtls_link_expire(&link_of_test);
    assert_int_equal(deadline.tv_sec, gw_dtls_link_can_expire() ? 1 : 1000000);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_write_is_a_datagram),         CASE(a_read_takes_what_is_there_once),
        CASE(a_datagram_is_cut_to_the_room), CASE(it_tells_the_size_of_datagrams),
        CASE(a_deadline_can_be_set_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

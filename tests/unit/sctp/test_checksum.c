/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <usrsctp.h>

#include "sctp/checksum.h"

static uint8_t packet[1400];

static int fill(void **state)
{
    for (size_t i = 0; i < sizeof(packet); i++)
        packet[i] = (uint8_t)(i * 131 + 7);
    return 0;
}

/* usrsctp's own function takes a packet whose field is zero and returns what belongs into it. */
static void agrees_with_usrsctp_at_all_lengths(void **state)
{
    if (!gw_sctp_checksum_is_here())
        skip();
    for (size_t len = 12; len <= sizeof(packet); len++) {
        uint32_t theirs;

        memset(packet + 8, 0, 4);
        theirs = usrsctp_crc32c(packet, len);
        packet[8] = 0xee; /* what was there does not count */
        gw_sctp_checksum_put(packet, len);
        assert_memory_equal(packet + 8, &theirs, 4);
        assert_true(gw_sctp_checksum_holds(packet, len));
    }
}

static void notices_any_changed_byte(void **state)
{
    if (!gw_sctp_checksum_is_here())
        skip();
    gw_sctp_checksum_put(packet, 100);
    for (size_t i = 0; i < 100; i++) {
        packet[i] ^= 0x10;
        assert_false(gw_sctp_checksum_holds(packet, 100));
        packet[i] ^= 0x10;
    }
    assert_false(gw_sctp_checksum_holds(packet, 99));
}

static void refuses_what_has_no_header(void **state)
{
    for (size_t len = 0; len < 12; len++)
        assert_false(gw_sctp_checksum_holds(packet, len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_usrsctp_at_all_lengths),
        cmocka_unit_test(notices_any_changed_byte),
        cmocka_unit_test(refuses_what_has_no_header),
    };

    return cmocka_run_group_tests_name("checksum", tests, fill, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A description with one m-line for tests of what reads attributes. */
#ifndef TESTS_UNIT_SDP_DESCRIBE_H
#define TESTS_UNIT_SDP_DESCRIBE_H

#include "sdp/sdp.h"
#include "support/fixture.h"

/* body: session attributes, m= line, attributes. Fails the test when it does not parse. */
static inline struct gw_sdp *describe(const char *body)
{
    char text[8192];
    struct gw_sdp *s = NULL;

    snprintf(text, sizeof(text), "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\n%s", body);
    assert_int_equal(gw_sdp_parse(&s, text, strlen(text)), 0);
    return s;
}

static inline struct gw_sdp *describe_fixture(const char *name)
{
    char *text = fixture_sdp(name);
    struct gw_sdp *s = NULL;

    assert_int_equal(gw_sdp_parse(&s, text, strlen(text)), 0);
    free(text);
    return s;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a packet costs on this machine, measured in a few milliseconds at the start: sealing 1100 bytes with AES-GCM, and
 * handing it to the kernel in runs, over loopback. Processor time of the calling thread; no other state.
 */
#ifndef GW_HOST_CALIBRATE_H
#define GW_HOST_CALIBRATE_H

struct gw_packet_cost {
    double seal_us, send_us; /* a packet; 0: could not be measured */
};

void gw_calibrate(struct gw_packet_cost *out);

#endif

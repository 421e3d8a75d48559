/* SPDX-License-Identifier: Apache-2.0 */
/* The front door. What happens behind it is in host/. */
#include <stdio.h>

int main(void)
{
    puts("cardea");
    return 0;
}

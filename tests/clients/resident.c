// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs in a VE and holds memory of which no two pages are alike and none gets
 * smaller. A static program, so that any VE runs it.
 *
 * usage: resident MIB FILE    says "ready" in FILE once all is there
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	size_t n = argc == 3 ? strtoull(argv[1], NULL, 10) << 20 : 0;
	uint64_t x = 88172645463325252ULL;
	uint64_t *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	FILE *f;

	if (p == MAP_FAILED || !(f = fopen(argv[2], "w")))
		return 1;
	for (size_t i = 0; i < n / sizeof(*p); i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		p[i] = x;
	}
	fputs("ready\n", f);
	fclose(f);
	for (;;)
		pause();
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counts by stores into pages of files that it has mapped, one after the other, and in a file of
 * all the numbers: at each instant they are the same, but for one file that is one ahead.
 *
 * usage: mapped FOLDER
 *
 * FOLDER/mapped.N begin with their numbers, FOLDER/written has all of them, 4 bytes each.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define FILES	100

static int make(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd >= 0 && !ftruncate(fd, 4096))
		return fd;
	perror(path);
	exit(1);
}

int main(int argc, char **argv)
{
	volatile uint32_t *map[FILES];
	int written;

	if (argc != 2 || chdir(argv[1]))
		return 2;
	for (int i = 0; i < FILES; i++) {
		char name[32];

		snprintf(name, sizeof(name), "mapped.%d", i);
		map[i] = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, make(name), 0);
		if (map[i] == MAP_FAILED)
			return 1;
	}
	written = make("written");
	for (uint32_t count = 1;; count++) {
		for (int i = 0; i < FILES; i++) {
			*map[i] = count;
			if (pwrite(written, &count, sizeof(count), i * sizeof(count)) < 0)
				return 1;
			usleep(10000);
		}
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* An init that sleeps; with a word, one that ends at once. */
#include <unistd.h>

int main(int argc, char **argv)
{
	while (argc < 2)
		pause();
	return 0;
}

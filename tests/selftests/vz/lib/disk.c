// SPDX-License-Identifier: GPL-2.0-only
#include "disk.h"

static void disk_u16(unsigned char *block, int at, unsigned int v)
{
	uint16_t x = v;

	memcpy(block + at, &x, sizeof(x));
}

static void disk_u32(unsigned char *block, int at, unsigned int v)
{
	uint32_t x = v;

	memcpy(block + at, &x, sizeof(x));
}

static void disk_put(int fd, int nr, unsigned char *block)
{
	need(pwrite(fd, block, DISK_BLOCK, (off_t)nr * DISK_BLOCK) == DISK_BLOCK);
	memset(block, 0, DISK_BLOCK);
}

/* One block group of @blocks blocks, at most 32768, in the file @fd. */
static void disk_format(int fd, unsigned int blocks)
{
	unsigned char b[DISK_BLOCK] = { 0 }, *sb = b + 1024;
	unsigned int i;

	disk_u32(sb, 0, DISK_INODES);
	disk_u32(sb, 4, blocks);
	disk_u32(sb, 12, blocks - DISK_ROOT - 1);	/* free blocks */
	disk_u32(sb, 16, DISK_INODES - 10);		/* free inodes */
	disk_u32(sb, 24, 2);				/* 4096 byte blocks */
	disk_u32(sb, 28, 2);
	disk_u32(sb, 32, 32768);			/* per group */
	disk_u32(sb, 36, 32768);
	disk_u32(sb, 40, DISK_INODES);
	disk_u16(sb, 54, 0xffff);
	disk_u16(sb, 56, 0xef53);
	disk_u16(sb, 58, 1);				/* clean */
	disk_u16(sb, 60, 1);
	disk_u32(sb, 76, 1);
	disk_u32(sb, 84, 11);
	disk_u16(sb, 88, 256);
	disk_u32(sb, 96, 0x2 | 0x40);			/* file types, extents */
	disk_u32(sb, 100, 0x1 | 0x2 | 0x40);		/* sparse_super, large_file, extra_isize */
	disk_u16(sb, 0x15c, 32);
	disk_u16(sb, 0x15e, 32);
	disk_put(fd, 0, b);

	disk_u32(b, 0, 2);				/* bitmap of blocks */
	disk_u32(b, 4, 3);				/* bitmap of inodes */
	disk_u32(b, 8, 4);				/* inodes */
	disk_u16(b, 12, blocks - DISK_ROOT - 1);
	disk_u16(b, 14, DISK_INODES - 10);
	disk_u16(b, 16, 1);
	disk_put(fd, 1, b);

	for (i = 0; i < 32768; i++)
		if (i <= DISK_ROOT || i >= blocks)
			b[i / 8] |= 1 << i % 8;
	disk_put(fd, 2, b);
	for (i = 0; i < 32768; i++)
		if (i < 10 || i >= DISK_INODES)
			b[i / 8] |= 1 << i % 8;
	disk_put(fd, 3, b);

	disk_u16(b, 256, 040777);			/* inode 2 */
	disk_u32(b, 256 + 4, DISK_BLOCK);
	disk_u16(b, 256 + 26, 2);
	disk_u32(b, 256 + 28, DISK_BLOCK / 512);
	disk_u32(b, 256 + 40, DISK_ROOT);
	disk_u16(b, 256 + 128, 32);
	disk_put(fd, 4, b);

	disk_u32(b, 0, 2);
	disk_u16(b, 4, 12);
	memcpy(b + 6, "\1\2.", 3);
	disk_u32(b, 12, 2);
	disk_u16(b, 16, DISK_BLOCK - 12);
	memcpy(b + 18, "\2\2..", 4);
	disk_put(fd, DISK_ROOT, b);
}

void disk_mount(const char *dir, unsigned int mb)
{
	char dev[32], image[] = "/tmp/diskXXXXXX";
	int file, control, nr, loop;

	file = mkostemp(image, O_CLOEXEC);
	need(file >= 0);
	need(!unlink(image));
	need(!ftruncate(file, (off_t)mb << 20));
	disk_format(file, mb << 8);
	control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	need(control >= 0);
	nr = ioctl(control, LOOP_CTL_GET_FREE);
	need(nr >= 0);
	snprintf(dev, sizeof(dev), "/dev/loop%d", nr);
	loop = open(dev, O_RDWR | O_CLOEXEC);
	need(loop >= 0);
	need(!ioctl(loop, LOOP_SET_FD, file));
	close(loop);	/* a device that is open for writing may not be mounted */
	need(!mkdir(dir, 0755) || errno == EEXIST);
	need(!mount(dev, dir, "ext4", MS_NOATIME, NULL));
	loop = open(dev, O_RDONLY | O_CLOEXEC);
	need(loop >= 0);
	need(!ioctl(loop, LOOP_CLR_FD));	/* when it is unmounted */
	close(loop);
	close(control);
	close(file);
}

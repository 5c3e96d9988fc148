// SPDX-License-Identifier: GPL-2.0-only
#include "fuse.h"

int fuse_mount(const char *dir)
{
	int dev = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[128];

	need(dev >= 0);
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40000,user_id=0,group_id=0,default_permissions", dev);
	need(!mount("fuse", dir, "fuse", MS_NOSUID | MS_NODEV, options));
	return dev;
}

/* Answer @in with @size bytes of @data, or with @err. What was interrupted meanwhile needs none. */
static void fuse_reply(int dev, const struct fuse_in_header *in, int err,
			      const void *data, size_t size)
{
	struct fuse_out_header out = {
		.len = sizeof(out) + size, .error = -err, .unique = in->unique,
	};
	struct iovec iov[] = { { &out, sizeof(out) }, { (void *)data, size } };

	need(writev(dev, iov, 2) == out.len || errno == ENOENT);
}

static void fuse_reply_init(int dev, const struct fuse_in_header *in)
{
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = FUSE_KERNEL_MINOR_VERSION,
		/* Without ids mapped, what a kernel thread asks as the host's root fails at once.
		 */
		.flags = FUSE_INIT_EXT | FUSE_WRITEBACK_CACHE,
		.flags2 = FUSE_ALLOW_IDMAP >> 32,
		.max_write = 4096,
	};

	fuse_reply(dev, in, 0, &out, sizeof(out));
}

static struct fuse_attr fuse_attr_of(uint64_t id)
{
	struct fuse_attr attr = {
		.ino = id, .nlink = 1, .blksize = 4096,
		.mode = id == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0644,
	};

	return attr;
}

void fuse_serve(int dev, bool (*ignore)(const struct fuse_in_header *in))
{
	static char request[65536] __attribute__((aligned(8)));
	const struct fuse_in_header *in = (const void *)request;
	struct fuse_entry_out entry = {
		.nodeid = FUSE_FILE_ID, .entry_valid = 3600, .attr = fuse_attr_of(FUSE_FILE_ID),
	};
	struct fuse_attr_out attr;
	struct fuse_open_out open = { 0 };
	ssize_t n;

	while ((n = read(dev, request, sizeof(request))) > 0 || errno != ENODEV) {
		need(n >= (ssize_t)sizeof(*in) || errno == EINTR || errno == ENOENT);
		if (n < 0 || ignore(in))
			continue;
		switch (in->opcode) {
		case FUSE_INIT:
			fuse_reply_init(dev, in);
			break;
		case FUSE_LOOKUP:
			fuse_reply(dev, in, 0, &entry, sizeof(entry));
			break;
		case FUSE_GETATTR:
			attr = (struct fuse_attr_out){ .attr = fuse_attr_of(in->nodeid) };
			fuse_reply(dev, in, 0, &attr, sizeof(attr));
			break;
		case FUSE_OPEN:
			fuse_reply(dev, in, 0, &open, sizeof(open));
			break;
		case FUSE_FORGET:
		case FUSE_BATCH_FORGET:
		case FUSE_INTERRUPT:
			break;
		default:
			fuse_reply(dev, in, ENOSYS, NULL, 0);
		}
	}
}

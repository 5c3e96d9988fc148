// SPDX-License-Identifier: GPL-2.0-or-later
/* Images of another host lead to nothing of this one. */
#include <stdlib.h>
#include <sys/stat.h>
#include "checkpoint/image_folder.c"
#include "libvz/tree.h"
#include "tests/unit/tap.h"

static char top[] = "/tmp/folder-XXXXXX";
static int images;

static void begin(void)
{
	CHECK(!vz_path_remove(top, NULL) && !mkdir(top, 0700));
	images = open(top, O_RDONLY | O_DIRECTORY);
	close(openat(images, "core-1.img", O_CREAT | O_WRONLY, 0600));
}

static int opened(void)
{
	struct vz_err e = { 0 };
	int ret = ckpt_images_open_to_ve(images, getgid(), top, &e);

	vz_error_free(&e);
	return ret;
}

static unsigned int mode(const char *path)
{
	struct stat st;

	return fstatat(images, path, &st, AT_SYMLINK_NOFOLLOW) ? 0 : st.st_mode & 07777;
}

static void files_are_opened(void)
{
	begin();
	CHECK(!mkdirat(images, "folder", 0700));
	CHECK(!opened());
	CHECK(mode(".") == 0750 && mode("core-1.img") == 0644 && mode("folder") == 0700);
	close(images);
}

static void links_are_refused(void)
{
	static const char *const to[] = { "/etc/passwd", "core-1.img", "..", "nothing" };

	for (size_t i = 0; i < sizeof(to) / sizeof(*to); i++) {
		begin();
		CHECK(!symlinkat(to[i], images, "pages-1.img") && opened() == -EINVAL);
		close(images);
	}
}

int main(void)
{
	if (!mkdtemp(top))
		return 1;
	TEST(files_are_opened);
	TEST(links_are_refused);
	vz_path_remove(top, NULL);
	return tap_failed;
}

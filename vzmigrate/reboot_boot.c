// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernels in /boot, as Debian's packages name them: vmlinuz-RELEASE,
 * initrd.img-RELEASE and config-RELEASE. A package that is upgraded may have the
 * release of the kernel that runs, so it is the build that is compared.
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "vzmigrate/reboot.h"
#include "vzmigrate/reboot_boot.h"
#include "vzmigrate/reboot_image.h"

#define IMAGE	"vmlinuz-"
#define INITRD	"initrd.img-"
#define FLAVOUR	"-openve"

static void initrd_beside(const char *image, char *initrd)
{
	const char *base = strrchr(image, '/');

	base = base ? base + 1 : image;
	*initrd = '\0';
	if (strncmp(base, IMAGE, strlen(IMAGE)))
		return;
	if (snprintf(initrd, PATH_MAX, "%.*s" INITRD "%s", (int)(base - image), image,
		     base + strlen(IMAGE)) >= PATH_MAX || access(initrd, F_OK))
		*initrd = '\0';
}

static int newest_first(const void *a, const void *b)
{
	const struct boot_kernel *x = a, *y = b;

	return strverscmp(y->release, x->release);
}

int boot_kernels(const char *dir, struct boot_kernel **list, size_t *n, struct vz_err *e)
{
	char pattern[PATH_MAX];
	struct vz_err no = {};
	glob_t g;

	*n = 0;
	snprintf(pattern, sizeof(pattern), "%s/" IMAGE "*", dir);
	if (glob(pattern, 0, NULL, &g)) {
		*list = calloc(1, sizeof(**list));
		return *list ? 0 : vz_error_sys(e, VZ_NOMEM, -ENOMEM, "list of kernels");
	}
	*list = calloc(g.gl_pathc, sizeof(**list));
	for (size_t i = 0; *list && i < g.gl_pathc; i++) {
		struct boot_kernel *k = &(*list)[*n];
		const char *path = g.gl_pathv[i];

		initrd_beside(path, k->initrd);
		/* Others, Debian's own among them, are none of ours to judge. */
		if (reboot_check_kernel(path, *k->initrd, &k->runs, &no)) {
			vz_error_free(&no);
			continue;
		}
		snprintf(k->path, sizeof(k->path), "%s", path);
		snprintf(k->release, sizeof(k->release), "%s",
			 strrchr(path, '/') + 1 + strlen(IMAGE));
		++*n;
	}
	globfree(&g);
	if (!*list)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "list of kernels");
	if (*n)
		qsort(*list, *n, sizeof(**list), newest_first);
	return 0;
}

/* "-openve-vm" of 6.12.118-openve-vm. */
static const char *flavour(const char *release)
{
	const char *f = strstr(release, FLAVOUR);

	return f ? f : "";
}

int boot_newest(struct reboot_plan *p, struct vz_err *e)
{
	cleanup_free struct boot_kernel *list = NULL;
	struct utsname u;
	size_t n, i;
	int err = boot_kernels(REBOOT_BOOT, &list, &n, e);

	if (err)
		return err;
	uname(&u);
	for (i = 0; i < n && strcmp(flavour(list[i].release), flavour(u.release)); i++)
		;
	if (i == n)
		return vz_error(e, VZ_BADVALUE, -ENOENT,
				"no kernel of OpenVE in " REBOOT_BOOT
				" is of the kind that runs (%s): name one, or apt install linux-image%s",
				u.release, *flavour(u.release) ? flavour(u.release) : "-openve-vm");
	if (list[i].runs)
		return vz_error(e, VZ_BADVALUE, -EALREADY,
				"%s, the newest in " REBOOT_BOOT ", runs already", list[i].release);
	p->kernel = strdup(list[i].path);
	if (!p->initrd && *list[i].initrd)
		p->initrd = strdup(list[i].initrd);
	return p->kernel ? 0 : vz_error_sys(e, VZ_NOMEM, -ENOMEM, "kernel");
}

static int as_file(const char **kernel, struct vz_err *e)
{
	char *path = NULL;

	if (strchr(*kernel, '/') || !access(*kernel, F_OK))
		return 0;
	if (asprintf(&path, REBOOT_BOOT "/" IMAGE "%s", *kernel) < 0)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "kernel");
	*kernel = path;
	return 0;
}

int boot_named(struct reboot_plan *p, struct vz_err *e)
{
	char initrd[PATH_MAX];
	int ret = as_file(&p->kernel, e);

	if (ret || p->initrd)
		return ret;
	initrd_beside(p->kernel, initrd);
	if (*initrd)
		p->initrd = strdup(initrd);
	return 0;
}

int boot_back(struct reboot_plan *p, struct vz_err *e)
{
	char initrd[PATH_MAX], path[PATH_MAX];
	struct utsname u;
	int ret = 0;

	if (p->back)
		ret = as_file(&p->back, e);
	else if (!uname(&u) && snprintf(path, sizeof(path), REBOOT_BOOT "/" IMAGE "%s",
					u.release) && !access(path, R_OK))
		p->back = strdup(path);
	if (ret || !p->back)
		return ret;
	initrd_beside(p->back, initrd);
	if (*initrd)
		p->back_initrd = strdup(initrd);
	return 0;
}

int boot_report(struct vz_err *e)
{
	cleanup_free struct boot_kernel *list = NULL;
	size_t n;
	int err = boot_kernels(REBOOT_BOOT, &list, &n, e);

	if (err)
		return err;
	if (!n)
		vz_say("no kernel of OpenVE in " REBOOT_BOOT
		       ": apt install linux-image-openve-vm (or -cloud, -amd64)");
	for (size_t i = 0; i < n; i++)
		vz_say("%s%s%s", list[i].release, *list[i].initrd ? " with its initramfs" : "",
		       list[i].runs ? ", runs" : "");
	return 0;
}

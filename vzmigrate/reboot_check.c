// SPDX-License-Identifier: GPL-2.0-or-later
/* vzreboot's checks: all of them before anything is frozen, each with what to do about it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "checkpoint/check.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/kernel.h"
#include "libvz/lock.h"
#include "libvz/state.h"
#include "vzmigrate/reboot.h"
#include "vzmigrate/reboot_check.h"
#include "vzmigrate/reboot_image.h"
#include "vzmigrate/reboot_store.h"

/* Images beyond the VE's memory: page tables of it, files, sockets, metadata of the file system. */
#define MARGIN_BYTES_VE		(16u << 20)
#define MARGIN_PERCENT		10

static char *read_line(const char *path)
{
	cleanup_file FILE *f = vz_fopen_file(path);
	char *line = NULL;
	size_t n = 0;

	if (!f || getline(&line, &n, f) < 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/*
 * Words that take from programs what the processor has, or the vDSO: VEs that
 * found it at their start could not go on. One that was there at this boot is
 * in the command line already, and did no harm.
 */
static int check_append(const char *append, struct vz_err *e)
{
	static const char *const takes[] = {
		"noxsave", "noxsaveopt", "noxsaves",	"nofsgsbase",
		"nopku",   "no5lvl",	 "clearcpuid=", "vdso=0",
	};
	cleanup_free char *words = strdup(append);
	char *w, *save;

	if (!words)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "command line");
	for (w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); i++) {
			size_t n = strlen(takes[i]);

			if (takes[i][n - 1] == '=' ? !strncmp(w, takes[i], n)
						   : !strcmp(w, takes[i]))
				return vz_error(e, VZ_BADVALUE, -EINVAL,
						"--append %s takes from the VEs' programs what "
						"they may use: it needs a reboot that stops them",
						w);
		}
	}
	return 0;
}

/*
 * A kernel that dies or hangs must not stand still: the firmware and the boot loader come to
 * the one that is the default, and the region has what it needs. The administrator's own
 * words count.
 */
static const char *last_words(const char *now)
{
	if (!strncmp(now, "panic=", 6) || strstr(now, " panic="))
		return "";
	return " panic=10 softlockup_panic=1 nmi_watchdog=panic";
}

/* Words of the running kernel's command line go on, so the region stays where it is. */
static int check_cmdline(struct reboot_plan *p, struct vz_err *e)
{
	cleanup_free char *now = read_line("/proc/cmdline"), *words = NULL;
	char *w, *save;
	int regions = 0;

	words = now ? strdup(now) : NULL;
	if (!words)
		return vz_error_sys(e, VZ_SYSTEM, -EIO, "read /proc/cmdline");
	for (w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
		regions += !strncmp(w, "memmap=", 7) && strchr(w, '!');
	if (regions != 1)
		return vz_error(e, VZ_BADVALUE, -ENODEV,
				"the command line has %d memmap=SIZE!START: boot once with exactly one, a region that survives kexec",
				regions);
	if (p->append && strstr(p->append, "memmap="))
		return vz_error(e, VZ_BADVALUE, -EINVAL,
				"--append may not name memmap=: the region must stay where it is");
	if (p->append && check_append(p->append, e))
		return e->err;
	snprintf(p->back_cmdline, sizeof(p->back_cmdline), "%s", now);
	if (asprintf(&p->cmdline, "%s%s%s%s", now, last_words(now), p->append ? " " : "",
		     p->append ? p->append : "") < 0) {
		p->cmdline = NULL;
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "command line");
	}
	if (strlen(p->cmdline) >= 2048)
		return vz_error(e, VZ_BADVALUE, -E2BIG,
				"the new kernel's command line is longer than 2047 bytes");
	return 0;
}

static int check_kexec(struct vz_err *e)
{
	cleanup_free char *loaded = read_line("/sys/kernel/kexec_loaded");
	cleanup_free char *disabled = read_line("/proc/sys/kernel/kexec_load_disabled");

	if (!loaded)
		return vz_error(e, VZ_BADKERNEL, -ENOSYS,
				"this kernel has no kexec (CONFIG_KEXEC_FILE)");
	if (disabled && strcmp(disabled, "0"))
		return vz_error(e, VZ_SYSTEM, -EPERM,
				"kexec is switched off: kernel.kexec_load_disabled is %s",
				disabled);
	return 0;
}

/* Enabled units are links below TARGET.wants. */
static int check_unit(struct vz_err *e)
{
	static const char *const targets[] = { "multi-user", "sysinit", "basic", "local-fs" };
	char path[PATH_MAX];
	struct stat st;

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		snprintf(path, sizeof(path), "/etc/systemd/system/%s.target.wants/" REBOOT_UNIT,
			 targets[i]);
		if (!lstat(path, &st))
			return 0;
	}
	return vz_error(
		e, VZ_SYSTEM, -ENOENT,
		REBOOT_UNIT
		" is not enabled: nothing would restore the VEs (systemctl enable " REBOOT_UNIT
		")");
}

static int lock_running(struct reboot_plan *p, struct vz_err *e)
{
	cleanup_free unsigned int *ids = NULL;
	size_t n = 0;
	int err = vz_conf_list(&ids, &n, e);

	if (err)
		return err;
	p->ve = calloc(n + 1, sizeof(*p->ve));
	if (!p->ve)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "list of VEs");
	for (size_t i = 0; i < n; i++) {
		struct vz_conf *c;

		if (!vz_ve_occupied(ids[i]))
			continue;
		if (p->n_ve == REBOOT_MAX_VES)
			return vz_error(e, VZ_RESOURCES, -E2BIG, "more than %d VEs run",
					REBOOT_MAX_VES);
		err = vz_conf_load(ids[i], &c, e);
		if (!err && (err = vz_lock(c, "rebooting", e)))
			vz_conf_free(c);
		if (err)
			return vz_error_context(e, "VE %u", ids[i]);
		p->ve[p->n_ve++] = c;
		if (!vz_ve_answers(c->id))
			return vz_error(e, VZ_LOCKED, -EBUSY,
					"VE %u is being started or stopped: wait for it", c->id);
	}
	return 0;
}

static int check_space(struct reboot_plan *p, struct vz_err *e)
{
	struct statvfs fs;

	for (size_t i = 0; i < p->n_ve; i++) {
		cleanup_free char *text = NULL;
		int err = vz_cgroup_read(p->ve[i]->id, "payload/memory.current", &text, e);

		if (err)
			return err;
		p->need_bytes += strtoull(text, NULL, 10) + MARGIN_BYTES_VE;
	}
	p->need_bytes += p->need_bytes / 100 * MARGIN_PERCENT;
	if (statvfs(REBOOT_STORE, &fs))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "look at " REBOOT_STORE);
	p->free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (p->free_bytes < p->need_bytes)
		return vz_error(e, VZ_NOSPACE, -ENOSPC,
				"the memory region is too small: %" PRIu64
				" MiB free, %zu VEs may need %" PRIu64
				" MiB (memmap=SIZE!START on the command line)",
				p->free_bytes >> 20, p->n_ve, p->need_bytes >> 20);
	return 0;
}

static int check_back(struct reboot_plan *p, struct vz_err *e)
{
	int err = p->back ? reboot_check_kernel(p->back, p->back_initrd, NULL, e) : 0;

	return err ? vz_error_context(e, "the kernel to return to") : 0;
}

int reboot_check(struct reboot_plan *p, struct vz_err *e)
{
	int err = vz_kernel_check(e);

	if (!err)
		err = reboot_check_kernel(p->kernel, p->initrd, NULL, e);
	if (!err && p->initrd && access(p->initrd, R_OK))
		err = vz_error_sys(e, VZ_BADVALUE, -errno, "initrd %s", p->initrd);
	if (!err)
		err = check_back(p, e);
	if (!err)
		err = check_cmdline(p, e);
	if (!err)
		err = check_kexec(e);
	if (!err)
		err = reboot_store_check(e);
	if (!err)
		err = check_unit(e);
	if (!err)
		err = ckpt_check(e);
	if (!err)
		err = lock_running(p, e);
	if (!err) {
		/* What a failed attempt has left would count as used. */
		reboot_store_clean();
		err = check_space(p, e);
	}
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* vzreboot: options, the order of the steps, exit code. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/child.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/exit.h"
#include "libvz/kernel.h"
#include "libvz/lock.h"
#include "libvz/log.h"
#include "vzmigrate/reboot.h"
#include "vzmigrate/reboot_boot.h"
#include "vzmigrate/reboot_check.h"
#include "vzmigrate/reboot_kexec.h"
#include "vzmigrate/reboot_restore.h"
#include "vzmigrate/reboot_save.h"
#include "vzmigrate/reboot_store.h"

static void usage(FILE *f)
{
	fputs("usage: vzreboot [--initrd FILE|none] [--append WORDS] [--back KERNEL] [--dry-run]\n"
	      "                KERNEL|--newest\n"
	      "           carry all running VEs over into KERNEL without stopping them\n"
	      "       vzreboot --list         kernels in /boot in which VEs could go on\n"
	      "       vzreboot --restore      restore what was saved (by vz-restore.service)\n"
	      "       vzreboot --announce     open the restored VEs' network (by vz-announce.service)\n"
	      "       vzreboot --report       tell how the last one went\n", f);
}

static int save_and_jump(struct reboot_plan *p, struct vz_err *e)
{
	struct reboot_manifest m = {};
	int err = reboot_check(p, e);

	if (err)
		return err;
	vz_say("%zu VEs, up to %" PRIu64 " MiB into %" PRIu64 " MiB", p->n_ve, p->need_bytes >> 20,
	       p->free_bytes >> 20);
	if (p->dry_run)
		return 0;
	err = reboot_kexec_load(p, e);
	if (err)
		return err;
	err = reboot_save(p, &m, e);
	free(m.entry);
	if (!err) {
		vz_say("entering %s%s%s", p->kernel, p->initrd ? " with " : "",
		       p->initrd ? p->initrd : "");
		fflush(NULL);
		err = reboot_kexec_jump(e);
		reboot_unsave(p);
	}
	reboot_kexec_unload();
	return vz_error_context(e, "no reboot, all VEs go on in this kernel");
}

static int find_and_jump(struct reboot_plan *p, struct vz_err *e)
{
	int err = vz_kernel_check(e);

	if (!err)
		err = p->kernel ? boot_named(p, e) : boot_newest(p, e);
	if (!err && p->initrd && !strcmp(p->initrd, "none"))
		p->initrd = NULL;
	if (!err)
		err = boot_back(p, e);
	if (err == -EALREADY) {
		vz_say("%s", e->msg);
		vz_error_free(e);
		return 0;
	}
	return err ? err : save_and_jump(p, e);
}

static int reboot(struct reboot_plan *p, struct vz_err *e)
{
	int err = find_and_jump(p, e);

	for (size_t i = 0; i < p->n_ve; i++) {
		vz_unlock(p->ve[i]);
		vz_conf_free(p->ve[i]);
	}
	free(p->ve);
	free(p->stopped);
	free(p->cmdline);
	return err;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "initrd", required_argument, NULL, 'i' },
		{ "append", required_argument, NULL, 'a' },
		{ "back", required_argument, NULL, 'b' },
		{ "newest", no_argument, NULL, 'N' },
		{ "list", no_argument, NULL, 'l' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "restore", no_argument, NULL, 'r' },
		{ "announce", no_argument, NULL, 'A' },
		{ "report", no_argument, NULL, 'R' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL },
	};
	int (*action)(struct vz_err *e) = NULL;
	struct reboot_plan plan = {};
	struct vz_conf *global = NULL;
	struct vz_err e = {};
	bool newest = false;
	int opt, err;

	vz_tool_prepare();
	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case 'i': plan.initrd = optarg; break;
		case 'a': plan.append = optarg; break;
		case 'b': plan.back = optarg; break;
		case 'N': newest = true; break;
		case 'l': action = boot_report; break;
		case 'n': plan.dry_run = true; break;
		case 'r': action = reboot_restore; break;
		case 'A': action = reboot_announce; break;
		case 'R': action = reboot_report; break;
		case 'h': usage(stdout); return 0;
		default: usage(stderr); return vz_exit_code(VZ_BADSYNTAX);
		}
	}
	if (argc - optind != (action || newest ? 0 : 1) || (action && newest)) {
		usage(stderr);
		return vz_exit_code(VZ_BADSYNTAX);
	}
	if (plan.dry_run || action == boot_report || action == reboot_report)
		vz_tool_tells(vz_exit_code(VZ_SYSTEM));
	plan.kernel = newest || action ? NULL : argv[optind];
	if (geteuid() && action != reboot_report) {
		fprintf(stderr, "vzreboot: only root may do this\n");
		return vz_exit_code(VZ_PERM);
	}
	if (!vz_conf_global(&global, &e))
		vz_log_setup(global->logging ? global->logfile : NULL, global->log_level,
			     global->verbose, false);
	vz_error_free(&e);
	err = action ? action(&e) : reboot(&plan, &e);
	if (err)
		vz_warn("%s", e.msg ? e.msg : strerror(-err));
	err = err ? vz_exit_code(e.cause) : 0;
	vz_error_free(&e);
	vz_conf_free(global);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl check-host: tells what a host needs for VEs and has or lacks, and with
 * --fix mends what nobody has to decide. Works on any kernel.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "vzctl/cmd_check_host.h"
#include "vzctl/host_check.h"
#include "vzctl/host_kernel.h"
#include "vzctl/host_memory.h"
#include "vzctl/host_net.h"
#include "vzctl/host_place.h"
#include "vzctl/options.h"

static const struct host_check checks[] = {
	{ "kernel", true, host_look_kernel, NULL },
	{ "cgroup", true, host_look_cgroup, NULL },
	{ "folders", true, host_look_folders, host_fix_folders },
	{ "service", true, host_look_service, host_fix_service },
	{ "criu", true, host_look_criu, NULL },
	{ "forwarding", true, host_look_forwarding, host_fix_forwarding },
	{ "template", false, host_look_template, NULL },
	{ "quota", false, host_look_quota, NULL },
	{ "swap", false, host_look_swap, NULL },
	{ "time", false, host_look_time, host_fix_time },
	{ "ssh", false, host_look_ssh, NULL },
	{ "kexec", false, host_look_kexec, NULL },
	{ "region", false, host_look_region, host_fix_region },
};

/**
 * struct result - what came of one check
 * @fixed: it was mended in this call
 * @failed: why mending it failed; no message when it did not
 */
struct result {
	struct host_finding f;
	bool fixed;
	struct vz_err failed;
};

static void check(const struct host_check *h, const struct vz_conf *c, bool fix, struct result *r)
{
	h->look(c, &r->f);
	if (r->f.ok || !fix || !h->fix || h->fix(c, &r->failed))
		return;
	host_finding_free(&r->f);
	h->look(c, &r->f);
	r->fixed = r->f.ok;
}

static void put_row(const struct host_check *h, const struct result *r)
{
	printf("%-11s %-8s %s\n", h->name,
	       r->fixed ? "fixed" : r->f.ok ? "ok" : h->needed ? "missing" : "advice", r->f.what);
	if (r->failed.msg)
		printf("%20s not fixed: %s\n", "", r->failed.msg);
	if (!r->f.ok)
		printf("%20s to do: %s\n", "", r->f.todo);
}

/* Paths may be no UTF-8, which JSON cannot say: their bytes are shown as question marks. */
static json_t *text(const char *s)
{
	cleanup_free char *plain = NULL;
	json_t *j = s ? json_string(s) : json_null();
	char *p;

	if (j)
		return j;
	plain = strdup(s);
	for (p = plain; p && *p; p++)
		if (*p & 0x80)
			*p = '?';
	return plain ? json_string(plain) : NULL;
}

static json_t *json_row(const struct host_check *h, const struct result *r)
{
	return json_pack("{s:s,s:b,s:b,s:b,s:o,s:o,s:o}", "check", h->name, "needed", h->needed,
			 "ok", r->f.ok, "fixed", r->fixed, "found", text(r->f.what), "todo",
			 text(r->f.todo), "error", text(r->failed.msg));
}

static int parse(int argc, char **argv, bool *fix, bool *json, struct vz_err *e)
{
	static const struct option opts[] = {
		{ "fix", no_argument, NULL, 'f' }, { "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = next_option(argc, argv, opts, VZ_BADSYNTAX, e)) != -1) {
		switch (c) {
		case 'f': *fix = true; break;
		case 'j': *json = true; break;
		default: return e->err;
		}
	}
	return no_more_words(argc, argv, e);
}

int cmd_check_host(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	bool fix = false, json = false;
	int lost = 0;
	json_t *list = NULL;
	size_t i;
	int ret = parse(argc, argv, &fix, &json, e);

	if (ret)
		return ret;
	ret = vz_conf_global(&c, e);
	if (ret)
		return ret;
	if (json)
		list = json_array();
	umask(022); /* the caller's is not for the host's folders */
	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		struct result r = { 0 };

		check(&checks[i], c, fix, &r);
		if (json)
			lost |= json_array_append_new(list, json_row(&checks[i], &r));
		else
			put_row(&checks[i], &r);
		if (!r.f.ok && checks[i].needed)
			x->code = 1;
		host_finding_free(&r.f);
		vz_error_free(&r.failed);
	}
	if (json) {
		ret = lost ? lost : json_dumpf(list, stdout, JSON_INDENT(2));
		printf("\n");
		json_decref(list);
	}
	return ret ? vz_error(e, VZ_NOMEM, -ENOMEM, "Cannot write JSON") : 0;
}

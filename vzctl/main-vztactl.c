// SPDX-License-Identifier: GPL-2.0-or-later
/* vztactl: traffic classes of the host, and counters of VEs back to 0. The classic words. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cgroup.h"
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/exit.h"
#include "libvz/kernel.h"
#include "libvz/net_classes.h"
#include "libvz/traffic.h"

static int usage(FILE *out)
{
	fprintf(out, "Usage: vztactl COMMAND\n"
		"\tclass_load [-s] [FILE]\treplace the table of classes by that of FILE\n"
		"\t\t\t\t(" VZ_NET_CLASSES_FILE "); -s: narrower networks\n"
		"\t\t\t\tgo before wider ones, whatever the order of the lines\n"
		"\tclass_unload\t\tempty the table: all traffic is of class 0\n"
		"\tclass_list\t\tthe table\n"
		"\treset_ve_stat CTID\tcounters of a container to 0\n"
		"\treset_all_stat\t\tcounters of all\n");
	return out == stdout ? 0 : vz_exit_code(VZ_BADSYNTAX);
}

static int class_load(int argc, char **argv, struct vz_err *e)
{
	cleanup_net_classes struct vz_net_classes t = { 0 };
	const char *path = VZ_NET_CLASSES_FILE;
	bool sort = argc && !strcmp(argv[0], "-s");
	int ret;

	argc -= sort;
	argv += sort;
	if (argc > 1)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "class_load takes one file");
	if (argc)
		path = argv[0];
	ret = vz_net_classes_load(path, sort, &t, e);
	if (!ret)
		ret = vz_net_classes_set(&t, e);
	if (!ret)
		printf("%zu networks of %s are loaded.\n", t.n, path);
	return ret;
}

static int class_unload(struct vz_err *e)
{
	static const struct vz_net_classes none;

	return vz_net_classes_set(&none, e);
}

/* The mask of a length, as the classic tool has it. */
static void mask_text(const struct vz_ip *net, char buf[INET6_ADDRSTRLEN])
{
	unsigned char mask[16] = { 0 };
	unsigned int i;
	char *p = buf;

	for (i = 0; i < net->len; i++)
		mask[i / 8] |= 0x80 >> i % 8;
	if (net->family == AF_INET) {
		inet_ntop(AF_INET, mask, buf, INET6_ADDRSTRLEN);
		return;
	}
	for (i = 0; i < 16; i++)
		p += sprintf(p, "%02x", mask[i]);
}

static int class_list(struct vz_err *e)
{
	cleanup_net_classes struct vz_net_classes t = { 0 };
	char addr[VZ_IP_TEXT], mask[INET6_ADDRSTRLEN];
	int ret = vz_net_classes_get(&t, e);

	if (ret)
		return ret;
	printf("class addr             mask\n");
	for (size_t i = 0; i < t.n; i++) {
		mask_text(&t.line[i].net, mask);
		printf("%-5u %-40s %s\n", t.line[i].class, vz_ip_text(&t.line[i].net, addr), mask);
	}
	return 0;
}

static int reset_one(const char *who, struct vz_err *e)
{
	unsigned int id;
	int ret = vz_conf_resolve(who, &id, e);

	if (ret)
		return ret;
	ret = vz_traffic_reset(id, e);
	return ret == -ENOENT ? vz_error(e, VZ_NOTRUNNING, ret, "VE %u does not run", id) : ret;
}

static int reset_all(struct vz_err *e)
{
	cleanup_free unsigned int *ids = NULL;
	size_t n = vz_cgroup_ids(&ids), i;

	for (i = 0; i < n; i++) {
		int ret = vz_traffic_reset(ids[i], e);

		/* gone meanwhile */
		if (ret && ret != -ENOENT && ret != -ENODEV)
			return ret;
		vz_error_free(e);
	}
	return 0;
}

static int command(int argc, char **argv, struct vz_err *e)
{
	const char *word = argv[0];
	int ret = vz_kernel_check(e);

	if (ret)
		return ret;
	if (!strcmp(word, "class_load"))
		return class_load(argc - 1, argv + 1, e);
	if (!strcmp(word, "reset_ve_stat") && argc == 2)
		return reset_one(argv[1], e);
	if (argc == 1 && !strcmp(word, "class_unload"))
		return class_unload(e);
	if (argc == 1 && !strcmp(word, "class_list"))
		return class_list(e);
	if (argc == 1 && !strcmp(word, "reset_all_stat"))
		return reset_all(e);
	return vz_error(e, VZ_BADSYNTAX, -EINVAL,
			"'%s' is no command, or its words are too few or too many: vztactl --help",
			word);
}

int main(int argc, char **argv)
{
	struct vz_err e = { 0 };
	int ret;

	vz_tool_prepare();
	vz_tool_tells(vz_exit_code(VZ_SYSTEM));
	if (argc < 2)
		return usage(stderr);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return usage(stdout);
	ret = command(argc - 1, argv + 1, &e);
	if (ret)
		fprintf(stderr, "vztactl: %s\n", e.msg ? e.msg : strerror(-ret));
	ret = ret ? vz_exit_code(e.cause) : 0;
	vz_error_free(&e);
	return ret;
}

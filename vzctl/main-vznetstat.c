// SPDX-License-Identifier: GPL-2.0-or-later
/* vznetstat: traffic of running VEs by class, in the classic columns. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/exit.h"
#include "libvz/kernel.h"
#include "libvz/net_classes.h"
#include "libvz/state.h"
#include "libvz/traffic.h"
#include "vzctl/options.h"

/**
 * struct want - what is to be shown
 * @family: IPv4, IPv6
 * @classes: bit mask; 0: those that have networks, and 0
 * @rounded: K, M and G instead of bytes
 * @id: of one VE; 0: all
 */
struct want {
	bool family[2];
	unsigned int classes;
	bool rounded;
	unsigned int id;
};

static int usage(FILE *out)
{
	fprintf(out, "Usage: vznetstat [-4|-6] [-v CTID] [-c CLASS]... [-a] [-r]\n"
		"\t-4, -6\tIPv4 or IPv6 alone\n"
		"\t-v\tone container, by number or name\n"
		"\t-c\tone class\n"
		"\t-a\tall 16 classes, not those alone that have networks\n"
		"\t-r\tK, M and G instead of bytes\n");
	return out == stdout ? 0 : vz_exit_code(VZ_BADSYNTAX);
}

static unsigned long long rounded(unsigned long long n, char *unit)
{
	static const char units[] = " KMG";
	int i;

	for (i = 0; i < 3 && n >> 10; i++)
		n >>= 10;
	*unit = units[i];
	return n;
}

static void put_class(unsigned int id, unsigned int class, const struct vz_count *c, bool round)
{
	unsigned long long in = c->in_bytes, out = c->out_bytes;
	char in_unit = ' ', out_unit = ' ';

	if (round) {
		in = rounded(in, &in_unit);
		out = rounded(out, &out_unit);
	}
	printf("%-10u %-2u %20llu%c %10llu %20llu%c %10llu\n", id, class, in, in_unit, c->in, out,
	       out_unit, c->out);
}

static void put_ve(unsigned int id, const struct vz_traffic *t, const struct want *w)
{
	for (unsigned int nr = 0; nr < VZ_NET_CLASSES; nr++) {
		struct vz_count sum = { 0 };

		if (!(w->classes & 1u << nr))
			continue;
		for (int v6 = 0; v6 < 2; v6++) {
			const struct vz_count *c = &t->of[v6][nr];

			if (!w->family[v6])
				continue;
			sum.in_bytes += c->in_bytes;
			sum.in += c->in;
			sum.out_bytes += c->out_bytes;
			sum.out += c->out;
		}
		put_class(id, nr, &sum, w->rounded);
	}
}

static int used_classes(struct want *w, struct vz_err *e)
{
	cleanup_net_classes struct vz_net_classes t = { 0 };
	int ret = vz_net_classes_get(&t, e);

	w->classes = 1;
	for (size_t i = 0; i < t.n; i++)
		w->classes |= 1u << t.line[i].class;
	return ret;
}

static int show(struct want *w, struct vz_err *e)
{
	cleanup_free unsigned int *ids = NULL;
	struct vz_traffic t;
	size_t n, i;
	int ret = vz_kernel_check(e);

	if (!ret && !w->classes)
		ret = used_classes(w, e);
	if (!ret && w->id && !vz_ve_occupied(w->id))
		ret = vz_error(e, VZ_NOTRUNNING, -ESRCH, "VE %u does not run", w->id);
	if (ret)
		return ret;
	printf("CTID    Net.Class     Input(bytes) Input(pkts)        Output(bytes) "
	       "Output(pkts)\n");
	if (w->id) {
		ret = vz_traffic_read(w->id, &t, e);
		if (!ret)
			put_ve(w->id, &t, w);
		return ret;
	}
	n = vz_cgroup_ids(&ids);
	for (i = 0; i < n; i++) {
		/* One that has ended meanwhile is passed over. */
		if (!vz_traffic_read(ids[i], &t, e))
			put_ve(ids[i], &t, w);
		vz_error_free(e);
	}
	return 0;
}

static int take_class(const char *word, struct want *w, struct vz_err *e)
{
	char *end;
	unsigned long class = strtoul(word, &end, 10);

	if (*word < '0' || *word > '9' || *end || class >= VZ_NET_CLASSES)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid value for -c: %s (0 to %d)",
				word, VZ_NET_CLASSES - 1);
	w->classes |= 1u << class;
	return 0;
}

static int options(int argc, char **argv, struct want *w, struct vz_err *e)
{
	static const struct option none[] = { { NULL, 0, NULL, 0 } };
	int c, ret = 0;

	while (!ret && (c = next_letter_option(argc, argv, "+46v:c:ar", none, VZ_BADSYNTAX,
					       e)) != -1) {
		switch (c) {
		case '4': w->family[1] = false; w->family[0] = true; break;
		case '6': w->family[0] = false; w->family[1] = true; break;
		case 'v': ret = of_option(vz_conf_resolve(optarg, &w->id, e), "-v", e); break;
		case 'c':
			ret = take_class(optarg, w, e);
			break;
		case 'a': w->classes = (1u << VZ_NET_CLASSES) - 1; break;
		case 'r': w->rounded = true; break;
		default: ret = e->err;
		}
	}
	return ret ?: no_more_words(argc, argv, e);
}

int main(int argc, char **argv)
{
	struct want w = { .family = { true, true } };
	struct vz_err e = { 0 };
	int ret;

	vz_tool_prepare();
	vz_tool_tells(vz_exit_code(VZ_SYSTEM));
	if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")))
		return usage(stdout);
	ret = options(argc, argv, &w, &e);
	if (!ret)
		ret = show(&w, &e);
	if (ret)
		fprintf(stderr, "vznetstat: %s\n", e.msg ? e.msg : strerror(-ret));
	ret = ret ? vz_exit_code(e.cause) : 0;
	vz_error_free(&e);
	return ret;
}

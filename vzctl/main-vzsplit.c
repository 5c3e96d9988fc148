// SPDX-License-Identifier: GPL-2.0-or-later
/* vzsplit: a sample configuration for one of so many equal VEs on this host. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "include/vz/abi.h"
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/paths.h"
#include "libvz/setting.h"
#include "libvz/value.h"
#include "vzctl/split.h"
#include "vzctl/tool.h"

struct wish {
	long ves, swap_kb;
	const char *name;
	bool vswap;
};

static int ask(long *ves)
{
	char line[32];

	fprintf(stderr, "Enter the number of containers: ");
	if (!fgets(line, sizeof(line), stdin))
		return -EINVAL;
	line[strcspn(line, "\n")] = '\0';
	return vz_parse_number(line, VZ_UNIT_COUNT, ves) || *ves < 1 ? -EINVAL : 0;
}

static int put(FILE *out, const struct wish *w, const struct limits *l)
{
	int r;

	fprintf(out, "# One of %ld equal containers on a host.\nONBOOT=\"no\"\n", w->ves);
	for (r = 0; r < UB_NR_RESOURCES; r++) {
		cleanup_free char *text = l->ub[r].set ? vz_format_limit(r, &l->ub[r]) : NULL;

		if (text)
			fprintf(out, "%s=\"%s\"\n", vz_ub_var(r), text);
	}
	fprintf(out, "AVNUMPROC=\"%ld:%ld\"\nCPUUNITS=\"1000\"\n", l->avnumproc.barrier,
		l->avnumproc.limit);
	return fflush(out) || ferror(out) ? -EIO : 0;
}

/* A sample that is there already is not touched. */
static int write_sample(const struct wish *w, const struct limits *l)
{
	char path[PATH_MAX];
	FILE *out;
	int fd, ret;

	snprintf(path, sizeof(path), VZ_CONFDIR "/ve-%s.conf-sample", w->name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return tool_fail("cannot make %s: %s", path, strerror(errno));
	out = fdopen(fd, "w");
	ret = out ? put(out, w, l) : -errno;
	if (out)
		fclose(out);
	else
		close(fd);
	if (!ret) {
		printf("Config %s was created\n", path);
		return 0;
	}
	unlink(path);
	return tool_fail("cannot write %s", path);
}

static int split(struct wish *w)
{
	struct vz_err e = { 0 };
	struct limits l;
	struct host h;

	if (host_read(&h, &e)) {
		tool_fail("%s", e.msg);
		vz_error_free(&e);
		return 1;
	}
	if (w->swap_kb >= 0)
		h.swap = w->swap_kb * 1024.0;
	if (!w->ves && ask(&w->ves))
		return tool_fail("not a number of containers");
	if (!split_host(&h, w->ves, w->vswap, &l))
		return tool_fail("this host has not enough memory for %ld containers",
			w->ves);
	return w->name ? write_sample(w, &l) : put(stdout, w, &l) ? 1 : 0;
}

static int usage(FILE *out)
{
	fprintf(out, "Usage: vzsplit [-n numve] [-f conf_name] [-s swapsize] [-v yes|no]\n"
		"\t-n\tnumber of containers\n"
		"\t-f\twrite " VZ_CONFDIR "/ve-<conf_name>.conf-sample\n"
		"\t-s\tthe host's swap in kilobytes\n"
		"\t-v\tlimit by ram and swap (yes), or row by row (no)\n");
	return out == stderr;
}

int main(int argc, char **argv)
{
	struct wish w = { .swap_kb = -1, .vswap = true };
	int c;

	vz_tool_prepare();
	while ((c = tool_letter(argc, argv, "n:f:s:v:h")) != -1) {
		switch (c) {
		case 'n':
			if (vz_parse_number(optarg, VZ_UNIT_COUNT, &w.ves) || w.ves < 1)
				return tool_fail("Invalid value for -n: %s (containers, a number)",
						 optarg);
			break;
		case 's':
			if (vz_parse_number(optarg, VZ_UNIT_COUNT, &w.swap_kb))
				return tool_fail("Invalid value for -s: %s (kilobytes)", optarg);
			break;
		case 'f':
			if (!vz_name_valid(optarg))
				return tool_fail("Invalid value for -f: %s (a name)", optarg);
			w.name = optarg;
			break;
		case 'v':
			if (strcmp(optarg, "yes") && strcmp(optarg, "no"))
				return tool_fail("Invalid value for -v: %s (yes or no)", optarg);
			w.vswap = *optarg == 'y';
			break;
		case 'h': return usage(stdout);
		default: return 1;
		}
	}
	if (!w.name)
		vz_tool_tells(1);
	else
		signal(SIGPIPE, SIG_IGN);
	return optind == argc ? split(&w) : usage(stderr);
}

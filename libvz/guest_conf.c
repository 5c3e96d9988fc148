// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files that the host writes into a VE: names, resolver, static device nodes.
 * The private area and the VE's root are one file system, so this works for a
 * running VE as well; every path is resolved beneath it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/guest.h"
#include "libvz/guest_conf.h"
#include "libvz/value.h"
#include "libvz/ve_cgroup.h"

#define SMALL	(256 * 1024)

static char *new_hosts(const char *old, const char *hostname)
{
	char *buf = NULL;
	size_t n;
	FILE *out = open_memstream(&buf, &n);

	if (!out)
		return NULL;
	if (!old)
		fprintf(out, "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
	while (old && *old) {
		size_t len = strcspn(old, "\n");

		if (strncmp(old, "127.0.1.1", 9) || !strchr(" \t", old[9]))
			fprintf(out, "%.*s\n", (int)len, old);
		old += len + (old[len] == '\n');
	}
	if (strchr(hostname, '.'))
		fprintf(out, "127.0.1.1\t%s %.*s\n", hostname, (int)strcspn(hostname, "."),
			hostname);
	else
		fprintf(out, "127.0.1.1\t%s\n", hostname);
	/* buf is final only now. */
	fclose(out);
	return buf;
}

int vz_guest_hostname(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_guest struct vz_guest g = VZ_GUEST_NONE;
	cleanup_free char *old = NULL, *hosts = NULL;
	char line[128];
	int ret;

	if (!c->hostname)
		return 0;
	ret = vz_guest_open(c, &g, e);
	if (ret)
		return ret;
	snprintf(line, sizeof(line), "%s\n", c->hostname);
	ret = vz_guest_replace(&g, "etc", "hostname", line, 0644);
	if (!ret) {
		ret = vz_guest_read(&g, "etc/hosts", SMALL, &old);
		/* What is no file of the VE's own is replaced by one, links too. */
		hosts = ret && ret != -ENOENT && ret != -ELOOP && ret != -EINVAL ? NULL :
			new_hosts(old, c->hostname);
		ret = hosts ? vz_guest_replace(&g, "etc", "hosts", hosts, 0644) : ret;
	}
	return ret ? vz_error_sys(e, ret == -ENOSPC ? VZ_NOSPACE : VZ_HOSTNAME, ret,
				  "Cannot write the host name into the CT") : 0;
}

/* Name servers of the host that a VE can reach: no loopback ones. */
static void host_servers(FILE *out)
{
	cleanup_free char *text = NULL;
	char *save = NULL, *line, addr[64];

	if (vz_read_file("/etc/resolv.conf", &text))
		return;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (sscanf(line, " nameserver %63s", addr) == 1 && strncmp(addr, "127.", 4) &&
		    strcmp(addr, "::1"))
			fprintf(out, "nameserver %s\n", addr);
}

int vz_guest_resolver(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_guest struct vz_guest g = VZ_GUEST_NONE;
	cleanup_free char *text = NULL;
	const char *p = c->nameserver;
	char word[VZ_IP_TEXT];
	size_t n;
	FILE *out;
	int ret;

	if (!c->nameserver && !c->searchdomain)
		return 0;
	ret = vz_guest_open(c, &g, e);
	if (ret)
		return ret;
	out = open_memstream(&text, &n);
	if (!out)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "resolv.conf");
	if (c->searchdomain)
		fprintf(out, "search %s\n", c->searchdomain);
	while (vz_word(&p, word, sizeof(word))) {
		if (!strcmp(word, "inherit"))
			host_servers(out);
		else
			fprintf(out, "nameserver %s\n", word);
	}
	fclose(out);
	ret = vz_guest_replace(&g, "etc", "resolv.conf", text, 0644);
	return ret ? vz_error_sys(e, ret == -ENOSPC ? VZ_NOSPACE : VZ_BADDNS, ret,
				  "Cannot write resolv.conf into the CT") : 0;
}

static const struct {
	const char *name;
	unsigned int maj, min;
	gid_t gid;
	mode_t mode;
} nodes[] = {
	{ "null", 1, 3, 0, 0666 },   { "zero", 1, 5, 0, 0666 },	   { "full", 1, 7, 0, 0666 },
	{ "random", 1, 8, 0, 0666 }, { "urandom", 1, 9, 0, 0666 }, { "tty", 5, 0, 5, 0666 },
	{ "kmsg", 1, 11, 0, 0644 },
};

/* Nodes that come with a feature; the folder below /dev, "" for itself. */
static const struct {
	const char *feature, *folder, *name;
	unsigned int maj, min;
} feature_nodes[] = {
	{ "fuse", "", "fuse", 10, 229 },
	{ "tun", "net", "tun", 10, 200 },
};

static const char *const links[][2] = {
	{ "fd", "/proc/self/fd" }, { "stdin", "/proc/self/fd/0" }, { "stdout", "/proc/self/fd/1" },
	{ "stderr", "/proc/self/fd/2" }, { "ptmx", "pts/ptmx" }, { "core", "/proc/kcore" },
};

static int make_node(int dev, unsigned int base, const char *name, unsigned int maj,
		     unsigned int min, gid_t gid, mode_t mode)
{
	struct stat st;

	if (!fstatat(dev, name, &st, AT_SYMLINK_NOFOLLOW)) {
		if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(maj, min))
			return 0;
		if (unlinkat(dev, name, 0))
			return -errno;
	}
	/* mknod is cut by the umask, so the mode is set apart; the node is new and ours. */
	if (mknodat(dev, name, S_IFCHR | 0600, makedev(maj, min)) ||
	    fchownat(dev, name, base, base + gid, AT_SYMLINK_NOFOLLOW) ||
	    fchmodat(dev, name, mode, 0))
		return -errno;
	return 0;
}

static int feature_node(const struct vz_guest *g, int dev, size_t i)
{
	char path[32];
	cleanup_close int folder = -1;

	if (!*feature_nodes[i].folder)
		return make_node(dev, g->base, feature_nodes[i].name, feature_nodes[i].maj,
				 feature_nodes[i].min, 0, 0666);
	/* What was there is left as it is, a link too: that is not followed. */
	if (!mkdirat(dev, feature_nodes[i].folder, 0755)) {
		if (fchownat(dev, feature_nodes[i].folder, g->base, g->base, AT_SYMLINK_NOFOLLOW))
			return -errno;
	} else if (errno != EEXIST) {
		return -errno;
	}
	snprintf(path, sizeof(path), "dev/%s", feature_nodes[i].folder);
	folder = vz_guest_folder(g, path);
	if (folder < 0)
		return folder;
	return make_node(folder, g->base, feature_nodes[i].name, feature_nodes[i].maj,
			 feature_nodes[i].min, 0, 0666);
}

static int nodes_of_features(const struct vz_conf *c, const struct vz_guest *g, int dev,
			     struct vz_err *e)
{
	for (size_t i = 0; i < sizeof(feature_nodes) / sizeof(feature_nodes[0]); i++) {
		int ret = 0;

		if (vz_feature_is_on(c, feature_nodes[i].feature))
			ret = feature_node(g, dev, i);
		if (ret)
			return vz_error_sys(e, ret == -ENOSPC ? VZ_NOSPACE : VZ_SYSTEM, ret,
					    "Cannot make /dev/%s of the CT", feature_nodes[i].name);
	}
	return 0;
}

/* A VE makes no device nodes, so what its root removed comes back at its next start. */
static int device_nodes(const struct vz_conf *c, const struct vz_guest *g, struct vz_err *e)
{
	cleanup_close int dev = vz_guest_folder(g, "dev");
	size_t i;
	int ret;

	if (dev == -ENOENT && !mkdirat(g->root, "dev", 0755))
		dev = vz_guest_folder(g, "dev");
	if (dev < 0)
		return vz_error_sys(e, VZ_BADTEMPLATE, dev, "Cannot use /dev of the CT");
	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		ret = make_node(dev, g->base, nodes[i].name, nodes[i].maj, nodes[i].min,
				nodes[i].gid, nodes[i].mode);
		if (ret)
			return vz_error_sys(e, ret == -ENOSPC ? VZ_NOSPACE : VZ_SYSTEM, ret,
					    "Cannot make /dev/%s of the CT", nodes[i].name);
	}
	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlinkat(links[i][1], dev, links[i][0]) && errno != EEXIST)
			return vz_error_sys(e, errno == ENOSPC ? VZ_NOSPACE : VZ_SYSTEM, -errno,
					    "Cannot make /dev/%s of the CT", links[i][0]);
	return nodes_of_features(c, g, dev, e);
}

int vz_prepare_private(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_guest struct vz_guest g = VZ_GUEST_NONE;
	int ret = vz_guest_open(c, &g, e);

	if (ret)
		return ret;
	ret = device_nodes(c, &g, e);
	if (ret)
		return ret;
	ret = vz_guest_hostname(c, e);
	if (ret)
		return ret;
	return vz_guest_resolver(c, e);
}

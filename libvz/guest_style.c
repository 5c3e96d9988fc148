// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of ways to set up a guest's network. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/guest_style.h"

/**
 * struct row - one style
 * @os: os-release must say so, in ID or ID_LIKE; NULL: any
 * @marks: paths of which each that is given must be there
 * @dir, @file, @text: what keeps it from venet0
 */
static const struct row {
	const char *name, *os;
	const char *marks[2];
	const char *dir, *file, *text;
} rows[VZ_NR_STYLES] = {
	[VZ_STYLE_NONE] = { .name = "none" },
	[VZ_STYLE_NETPLAN] = {
		/* It writes files for one of the others, about devices that it is told of. */
		.name = "netplan", .marks = { "etc/netplan", "usr/sbin/netplan" },
		.dir = "etc/systemd/network", .file = "10-venet0.network",
		.text = "# Written by vzctl: the host sets up this device.\n"
			"[Match]\nName=venet0\n\n[Link]\nUnmanaged=yes\n",
	},
	[VZ_STYLE_NETWORKMANAGER] = {
		.name = "NetworkManager", .marks = { "usr/sbin/NetworkManager" },
		.dir = "etc/NetworkManager/conf.d", .file = "10-venet0.conf",
		.text = "# Written by vzctl: the host sets up this device.\n"
			"[keyfile]\nunmanaged-devices=interface-name:venet0\n",
	},
	[VZ_STYLE_IFCFG] = { .name = "ifcfg", .marks = { "etc/sysconfig/network-scripts" } },
	[VZ_STYLE_ALPINE] = {
		.name = "alpine", .os = "alpine", .marks = { "etc/network" },
	},
	[VZ_STYLE_IFUPDOWN] = {
		.name = "ifupdown", .marks = { "etc/network/interfaces", "usr/sbin/ifup" },
	},
	[VZ_STYLE_NETWORKD] = {
		.name = "systemd-networkd",
		.marks = { "usr/lib/systemd/systemd-networkd", "etc/systemd/network" },
		.dir = "etc/systemd/network", .file = "10-venet0.network",
		.text = "# Written by vzctl: the host sets up this device.\n"
			"[Match]\nName=venet0\n\n[Link]\nUnmanaged=yes\n",
	},
};

/* ALPINE is asked before IFUPDOWN, whose files it has; managers before what they drive. */
static const enum vz_style order[] = {
	VZ_STYLE_NETPLAN, VZ_STYLE_NETWORKMANAGER, VZ_STYLE_IFCFG, VZ_STYLE_ALPINE,
	VZ_STYLE_IFUPDOWN, VZ_STYLE_NETWORKD,
};

#define NR_ORDER	(sizeof(order) / sizeof(order[0]))

/* ---- os-release ---------------------------------------------------------------- */

static void take(const char *value, size_t len, char *out, size_t size)
{
	size_t k = 0;

	if (len > 1 && (*value == '"' || *value == '\'') && value[len - 1] == *value) {
		value++;
		len -= 2;
	}
	for (size_t i = 0; i < len && k < size - 1; i++)
		out[k++] = (unsigned char)value[i] < ' ' || value[i] == 127 ? ' ' : value[i];
	out[k] = '\0';
}

void vz_os_parse(const char *text, struct vz_os *os)
{
	const struct { const char *name; char *out; size_t size; } fields[] = {
		{ "ID=", os->id, sizeof(os->id) },
		{ "VERSION_ID=", os->version, sizeof(os->version) },
		{ "ID_LIKE=", os->like, sizeof(os->like) },
		{ "PRETTY_NAME=", os->name, sizeof(os->name) },
	};

	memset(os, 0, sizeof(*os));
	while (text && *text) {
		size_t len = strcspn(text, "\n");

		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
			size_t n = strlen(fields[i].name);

			if (len >= n && !strncmp(text, fields[i].name, n))
				take(text + n, len - n, fields[i].out, fields[i].size);
		}
		text += len + (text[len] == '\n');
	}
}

static bool is_of(const struct vz_os *os, const char *id)
{
	size_t n = strlen(id);

	if (!strcmp(os->id, id))
		return true;
	for (const char *p = os->like; *p; p += strcspn(p, " "), p += strspn(p, " "))
		if (!strncmp(p, id, n) && (p[n] == ' ' || !p[n]))
			return true;
	return false;
}

/* ---- styles --------------------------------------------------------------------- */

const char *vz_style_name(enum vz_style s)
{
	return rows[s].name;
}

enum vz_style vz_style_find(const struct vz_os *os, bool (*has)(void *arg, const char *path),
			    void *arg)
{
	for (size_t i = 0; i < NR_ORDER; i++) {
		const struct row *r = &rows[order[i]];

		if ((!r->os || is_of(os, r->os)) && (!r->marks[0] || has(arg, r->marks[0])) &&
		    (!r->marks[1] || has(arg, r->marks[1])))
			return order[i];
	}
	return VZ_STYLE_NONE;
}

const char *vz_style_marker(size_t n)
{
	for (size_t i = 0; i < 2 * VZ_NR_STYLES; i++) {
		const char *mark = rows[i / 2].marks[i % 2];

		if (mark && !n--)
			return mark;
	}
	return NULL;
}

bool vz_style_leave(enum vz_style s, const char **dir, const char **name, const char **text)
{
	*dir = rows[s].dir;
	*name = rows[s].file;
	*text = rows[s].text;
	return rows[s].dir;
}

/* ---- what an older host has left ------------------------------------------------- */

bool vz_style_is_stale(const char *path)
{
	static const char *const patterns[] = {
		"etc/sysconfig/network-scripts/ifcfg-venet0*",
		"etc/sysconfig/network-scripts/route-venet0*",
		"etc/sysconfig/network-scripts/route6-venet0*",
		"etc/sysconfig/network/ifcfg-venet0*",
		"etc/sysconfig/network/ifroute-venet0*",
		"etc/network/interfaces.d/venet0*",
		"etc/systemd/network/*venet0*",
		"etc/NetworkManager/system-connections/venet0*",
		"etc/netplan/*venet0*",
	};

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (!fnmatch(patterns[i], path, FNM_PATHNAME))
			return true;
	return false;
}

bool vz_style_is_edited(const char *path)
{
	return !strcmp(path, "etc/network/interfaces") ||
	       !fnmatch("etc/network/interfaces.d/*", path, FNM_PATHNAME);
}

/* The n-th word of a line. */
static size_t word_of(const char *line, size_t len, int n, const char **word)
{
	size_t i = 0, k;

	for (;; n--) {
		while (i < len && strchr(" \t", line[i]))
			i++;
		for (k = i; k < len && !strchr(" \t", line[k]); k++)
			;
		if (!n)
			break;
		i = k;
	}
	*word = line + i;
	return k - i;
}

static bool word_is(const char *line, size_t len, int n, const char *text)
{
	const char *word;
	size_t k = word_of(line, len, n, &word);

	return k == strlen(text) && !strncmp(word, text, k);
}

static bool is_venet(const char *line, size_t len, int n)
{
	const char *word;
	size_t k = word_of(line, len, n, &word);

	return k >= 6 && !strncmp(word, "venet0", 6) && (k == 6 || word[6] == ':');
}

/* Begins a part of its own, by the rules of interfaces(5). */
static bool is_head(const char *line, size_t len)
{
	static const char *const heads[] = { "iface", "mapping", "auto", "source", "rename",
					     "source-directory", "no-auto-down", "no-scripts",
					     "template" };
	const char *word;
	size_t k = word_of(line, len, 0, &word);

	if (k > 6 && !strncmp(word, "allow-", 6))
		return true;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (k == strlen(heads[i]) && !strncmp(word, heads[i], k))
			return true;
	return false;
}

/* A list of devices without those. */
static void put_auto(FILE *out, const char *line, size_t len, bool *changed)
{
	const char *word;
	size_t k, kept = 0;
	int n;

	for (n = 1; (k = word_of(line, len, n, &word)); n++)
		kept += !is_venet(line, len, n);
	*changed |= kept != (size_t)n - 1;
	if (kept == (size_t)n - 1) {
		fprintf(out, "%.*s\n", (int)len, line);
		return;
	}
	if (!kept)
		return;
	k = word_of(line, len, 0, &word);
	fprintf(out, "%.*s", (int)k, word);
	for (n = 1; (k = word_of(line, len, n, &word)); n++)
		if (!is_venet(line, len, n))
			fprintf(out, " %.*s", (int)k, word);
	fputc('\n', out);
}

char *vz_style_edit(const char *text, bool *changed)
{
	bool in_stale = false;
	char *buf = NULL;
	size_t size;
	FILE *out = open_memstream(&buf, &size);

	*changed = false;
	while (out && *text) {
		size_t len = strcspn(text, "\n");
		const char *word;
		size_t k = word_of(text, len, 0, &word);

		if (is_head(text, len))
			in_stale = word_is(text, len, 0, "iface") && is_venet(text, len, 1);
		if (in_stale && (!k || *word != '#'))
			*changed = true;
		else if (word_is(text, len, 0, "auto") || (k > 6 && !strncmp(word, "allow-", 6)))
			put_auto(out, text, len, changed);
		else
			fprintf(out, "%.*s\n", (int)len, text);
		text += len + (text[len] == '\n');
	}
	if (!out || fclose(out))
		return NULL;
	return buf;
}
